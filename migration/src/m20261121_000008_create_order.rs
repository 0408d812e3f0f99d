//! Orders as they were placed, what became of them, and the stock promised to them.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE \"order\" (
        id uuid NOT NULL PRIMARY KEY,
        number text NOT NULL,
        channel_id uuid NOT NULL REFERENCES channel (id),
        cart_id uuid CONSTRAINT uq_order_cart_id UNIQUE REFERENCES cart (id),
        member_id uuid REFERENCES member (id),
        status text NOT NULL,
        payment_status text NOT NULL,
        fulfillment_status text NOT NULL,
        email text,
        phone text,
        note text,
        locale text NOT NULL,
        shipping_address jsonb,
        billing_address jsonb,
        shipping_method_id uuid REFERENCES shipping_method (id),
        shipping_method_name text,
        currency text NOT NULL,
        tax_included boolean NOT NULL,
        subtotal_minor bigint NOT NULL,
        discount_minor bigint NOT NULL,
        shipping_minor bigint NOT NULL,
        tax_minor bigint NOT NULL,
        total_minor bigint NOT NULL,
        points_spent integer NOT NULL,
        points_earned integer NOT NULL,
        paid_minor bigint NOT NULL DEFAULT 0,
        refunded_minor bigint NOT NULL DEFAULT 0,
        token_hash text CONSTRAINT uq_order_token_hash UNIQUE,
        placed_at timestamptz NOT NULL,
        payment_due_at timestamptz,
        confirmed_at timestamptz,
        promised_ship_at timestamptz,
        delivered_at timestamptz,
        closed_at timestamptz,
        version integer NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_order_channel_id_number UNIQUE (channel_id, number),
        CONSTRAINT ck_order_status CHECK (status IN ('DRAFT', 'PLACED', 'AWAITING_APPROVAL', 'AWAITING_CONFIRMATION',
            'CONFIRMED', 'COMPLETED', 'CANCELLED', 'REJECTED', 'EXPIRED')),
        CONSTRAINT ck_order_payment_status CHECK (payment_status IN ('NONE', 'AUTHORIZED', 'PARTIALLY_PAID', 'PAID',
            'OVERPAID', 'PARTIALLY_REFUNDED', 'REFUNDED', 'VOIDED')),
        CONSTRAINT ck_order_fulfillment_status CHECK (fulfillment_status IN ('UNFULFILLED', 'ON_HOLD', 'BACKORDERED',
            'PARTIAL', 'FULFILLED', 'DELIVERED', 'CANCELLED')),
        CONSTRAINT ck_order_currency CHECK (length(currency) = 3),
        CONSTRAINT ck_order_subtotal CHECK (subtotal_minor >= 0),
        CONSTRAINT ck_order_discount CHECK (discount_minor <= 0),
        CONSTRAINT ck_order_tax CHECK (tax_minor >= 0),
        CONSTRAINT ck_order_total CHECK (total_minor >= 0),
        CONSTRAINT ck_order_points CHECK (points_spent >= 0 AND points_earned >= 0),
        CONSTRAINT ck_order_refunded CHECK (refunded_minor BETWEEN 0 AND paid_minor)
    )",
    "CREATE INDEX idx_order_member_id_id ON \"order\" (member_id, id)",
    // A confirmed e-mail adopts the orders placed under it as a guest.
    "CREATE INDEX idx_order_email ON \"order\" (email) WHERE member_id IS NULL",
    "CREATE INDEX idx_order_status_payment_due_at ON \"order\" (status, payment_due_at)",
    "CREATE INDEX idx_order_status_delivered_at ON \"order\" (status, delivered_at)",
    "CREATE INDEX idx_order_shipping_method_id ON \"order\" (shipping_method_id)",
    "CREATE TABLE order_line (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        position integer NOT NULL,
        variant_id uuid NOT NULL REFERENCES product_variant (id),
        sku text NOT NULL,
        product_name text NOT NULL,
        variant_name text NOT NULL,
        quantity integer NOT NULL,
        cancelled_quantity integer NOT NULL DEFAULT 0,
        fulfilled_quantity integer NOT NULL DEFAULT 0,
        unit_price_minor bigint NOT NULL,
        compare_at_minor bigint,
        subtotal_minor bigint NOT NULL,
        discount_minor bigint NOT NULL,
        tax_minor bigint NOT NULL,
        total_minor bigint NOT NULL,
        tax_rate_ppm integer NOT NULL,
        shippable boolean NOT NULL,
        CONSTRAINT ck_order_line_quantity CHECK (quantity > 0 AND cancelled_quantity >= 0 AND fulfilled_quantity >= 0
            AND cancelled_quantity + fulfilled_quantity <= quantity),
        CONSTRAINT ck_order_line_amounts CHECK (unit_price_minor >= 0 AND subtotal_minor >= 0 AND discount_minor <= 0
            AND tax_minor >= 0 AND total_minor >= 0),
        CONSTRAINT ck_order_line_tax_rate CHECK (tax_rate_ppm BETWEEN 0 AND 1000000)
    )",
    "CREATE INDEX idx_order_line_order_id_position ON order_line (order_id, position)",
    "CREATE INDEX idx_order_line_variant_id ON order_line (variant_id)",
    "CREATE TABLE order_adjustment (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        order_line_id uuid REFERENCES order_line (id),
        kind text NOT NULL,
        label text NOT NULL,
        amount_minor bigint NOT NULL,
        included boolean NOT NULL,
        source_id text,
        position integer NOT NULL,
        CONSTRAINT ck_order_adjustment_kind CHECK (kind IN ('PROMOTION', 'COUPON', 'POINTS', 'SHIPPING', 'TAX',
            'SURCHARGE', 'MANUAL', 'ROUNDING'))
    )",
    "CREATE INDEX idx_order_adjustment_order_id_position ON order_adjustment (order_id, position)",
    "CREATE INDEX idx_order_adjustment_order_line_id ON order_adjustment (order_line_id)",
    "CREATE TABLE order_confirmation_request (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        warehouse_id uuid REFERENCES warehouse (id),
        status text NOT NULL,
        deadline_at timestamptz NOT NULL,
        external_ref text,
        reason text,
        attempts integer NOT NULL DEFAULT 0,
        actor_kind text,
        actor_id uuid,
        responded_at timestamptz,
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_order_confirmation_request_status
            CHECK (status IN ('PENDING', 'SENT', 'CONFIRMED', 'PARTIAL', 'REJECTED', 'TIMED_OUT')),
        CONSTRAINT ck_order_confirmation_request_attempts CHECK (attempts >= 0),
        CONSTRAINT ck_order_confirmation_request_actor_kind
            CHECK (actor_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM'))
    )",
    "CREATE UNIQUE INDEX uq_order_confirmation_request_order_id_warehouse_id
        ON order_confirmation_request (order_id, warehouse_id) WHERE warehouse_id IS NOT NULL",
    "CREATE UNIQUE INDEX uq_order_confirmation_request_order_id
        ON order_confirmation_request (order_id) WHERE warehouse_id IS NULL",
    "CREATE INDEX idx_order_confirmation_request_status_deadline_at
        ON order_confirmation_request (status, deadline_at)",
    "CREATE TABLE order_cancellation (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        status text NOT NULL,
        reason text NOT NULL,
        note text,
        restock boolean NOT NULL,
        refund boolean NOT NULL,
        notify boolean NOT NULL,
        actor_kind text NOT NULL,
        actor_id uuid,
        created_at timestamptz NOT NULL,
        responded_at timestamptz,
        CONSTRAINT ck_order_cancellation_status
            CHECK (status IN ('PENDING', 'ACCEPTED', 'DECLINED', 'CANCELLED', 'EXPIRED')),
        CONSTRAINT ck_order_cancellation_reason
            CHECK (reason IN ('CUSTOMER', 'PAYMENT', 'FRAUD', 'INVENTORY', 'STAFF', 'OTHER')),
        CONSTRAINT ck_order_cancellation_actor_kind
            CHECK (actor_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM'))
    )",
    "CREATE INDEX idx_order_cancellation_order_id ON order_cancellation (order_id)",
    "CREATE UNIQUE INDEX uq_order_cancellation_order_id ON order_cancellation (order_id) WHERE status = 'PENDING'",
    // Kinds of events only grow, so the row does not list them.
    "CREATE TABLE order_event (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        kind text NOT NULL,
        message text NOT NULL,
        actor_kind text NOT NULL,
        actor_id uuid,
        is_public boolean NOT NULL,
        occurred_at timestamptz NOT NULL,
        CONSTRAINT ck_order_event_actor_kind
            CHECK (actor_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM'))
    )",
    "CREATE INDEX idx_order_event_order_id ON order_event (order_id)",
    "CREATE TABLE stock_allocation (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        order_line_id uuid NOT NULL REFERENCES order_line (id),
        variant_id uuid NOT NULL REFERENCES product_variant (id),
        warehouse_id uuid NOT NULL REFERENCES warehouse (id),
        quantity integer NOT NULL,
        CONSTRAINT uq_stock_allocation_order_line_id_warehouse_id UNIQUE (order_line_id, warehouse_id),
        CONSTRAINT ck_stock_allocation_quantity CHECK (quantity > 0)
    )",
    "CREATE INDEX idx_stock_allocation_order_id ON stock_allocation (order_id)",
    "CREATE INDEX idx_stock_allocation_variant_id_warehouse_id ON stock_allocation (variant_id, warehouse_id)",
];

const DOWN: &[&str] = &[
    "stock_allocation",
    "order_event",
    "order_cancellation",
    "order_confirmation_request",
    "order_adjustment",
    "order_line",
    "order",
];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, DOWN).await
    }
}
