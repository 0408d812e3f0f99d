//! Gift cards and store credit: their ledger in double entry, and the carts and orders they pay.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

/// The table of transfers is made anew: one may also go back to a card or as store credit, and SQLite can change no column.
const UP: &[&str] = &[
    "CREATE TABLE gift_card (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        code_hash text NOT NULL CONSTRAINT uq_gift_card_code_hash UNIQUE,
        last_characters text NOT NULL,
        status text NOT NULL,
        face_minor bigint NOT NULL,
        currency text NOT NULL,
        ends_at timestamptz,
        note text,
        job_id uuid REFERENCES job (id),
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ck_gift_card_status
            CHECK (status IN ('ACTIVE', 'PARTIALLY_REDEEMED', 'REDEEMED', 'EXPIRED', 'CANCELLED')),
        CONSTRAINT ck_gift_card_face CHECK (face_minor > 0),
        CONSTRAINT ck_gift_card_currency CHECK (length(currency) = 3)
    ) HOT",
    "CREATE INDEX idx_gift_card_channel_id_id ON gift_card (channel_id, id)",
    "CREATE INDEX idx_gift_card_job_id ON gift_card (job_id) WHERE job_id IS NOT NULL",
    "CREATE INDEX idx_gift_card_ends_at ON gift_card (ends_at) WHERE status IN ('ACTIVE', 'PARTIALLY_REDEEMED')",
    "CREATE TABLE credit_account (
        id uuid NOT NULL PRIMARY KEY,
        owner_kind text NOT NULL,
        owner_id uuid NOT NULL,
        kind text NOT NULL,
        currency text NOT NULL,
        balance_minor bigint,
        CONSTRAINT uq_credit_account_owner_id_currency_kind UNIQUE (owner_id, currency, kind),
        CONSTRAINT ck_credit_account_kind CHECK (kind IN ('AVAILABLE', 'HELD', 'ISSUED', 'REDEEMED', 'EXPIRED')),
        CONSTRAINT ck_credit_account_owner_kind CHECK (owner_kind IN ('MEMBER', 'GIFT_CARD', 'SHOP')),
        CONSTRAINT ck_credit_account_side CHECK ((owner_kind = 'SHOP') = (kind IN ('ISSUED', 'REDEEMED', 'EXPIRED'))),
        CONSTRAINT ck_credit_account_balance
            CHECK ((owner_kind = 'SHOP') = (balance_minor IS NULL) AND COALESCE(balance_minor, 0) >= 0),
        CONSTRAINT ck_credit_account_currency CHECK (length(currency) = 3)
    ) HOT",
    "CREATE TABLE credit_transaction (
        id uuid NOT NULL PRIMARY KEY,
        owner_kind text NOT NULL,
        owner_id uuid NOT NULL,
        kind text NOT NULL,
        currency text NOT NULL,
        amount_minor bigint NOT NULL,
        balance_after_minor bigint NOT NULL,
        source_kind text NOT NULL,
        source_id uuid NOT NULL,
        reason text NOT NULL,
        order_id uuid REFERENCES \"order\" (id),
        actor_kind text NOT NULL,
        actor_id uuid,
        occurred_at timestamptz NOT NULL,
        CONSTRAINT uq_credit_transaction_source_kind_source_id_kind UNIQUE (source_kind, source_id, kind),
        CONSTRAINT ck_credit_transaction_kind CHECK (kind IN ('ISSUE', 'ADJUST', 'HOLD', 'RELEASE', 'SPEND', 'RESTORE',
            'REFUND', 'EXPIRE', 'CANCEL')),
        CONSTRAINT ck_credit_transaction_owner_kind CHECK (owner_kind IN ('MEMBER', 'GIFT_CARD')),
        CONSTRAINT ck_credit_transaction_amount CHECK (amount_minor <> 0 AND balance_after_minor >= 0),
        CONSTRAINT ck_credit_transaction_actor_kind
            CHECK (actor_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM'))
    )",
    "CREATE INDEX idx_credit_transaction_owner_id_id ON credit_transaction (owner_id, id)",
    "CREATE INDEX idx_credit_transaction_order_id ON credit_transaction (order_id) WHERE order_id IS NOT NULL",
    "CREATE TABLE credit_posting (
        id uuid NOT NULL PRIMARY KEY,
        transaction_id uuid NOT NULL REFERENCES credit_transaction (id),
        account_id uuid NOT NULL REFERENCES credit_account (id),
        amount_minor bigint NOT NULL,
        CONSTRAINT ck_credit_posting_amount CHECK (amount_minor <> 0)
    )",
    "CREATE INDEX idx_credit_posting_transaction_id ON credit_posting (transaction_id)",
    "CREATE INDEX idx_credit_posting_account_id ON credit_posting (account_id)",
    "CREATE TABLE order_tender (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        kind text NOT NULL,
        owner_id uuid NOT NULL,
        amount_minor bigint NOT NULL,
        returned_minor bigint NOT NULL,
        currency text NOT NULL,
        status text NOT NULL,
        position integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_order_tender_order_id_owner_id UNIQUE (order_id, owner_id),
        CONSTRAINT ck_order_tender_kind CHECK (kind IN ('GIFT_CARD', 'STORE_CREDIT')),
        CONSTRAINT ck_order_tender_status CHECK (status IN ('HELD', 'CAPTURED', 'RELEASED')),
        CONSTRAINT ck_order_tender_amount CHECK (amount_minor > 0 AND returned_minor BETWEEN 0 AND amount_minor)
    )",
    "CREATE INDEX idx_order_tender_owner_id ON order_tender (owner_id)",
    "ALTER TABLE \"order\" ADD COLUMN tendered_minor bigint NOT NULL DEFAULT 0
        CONSTRAINT ck_order_tendered CHECK (tendered_minor >= 0)",
    "ALTER TABLE \"order\" ADD COLUMN credited_minor bigint NOT NULL DEFAULT 0
        CONSTRAINT ck_order_credited CHECK (credited_minor >= 0)",
    "ALTER TABLE cart ADD COLUMN store_credit_minor bigint NOT NULL DEFAULT 0
        CONSTRAINT ck_cart_store_credit CHECK (store_credit_minor >= 0)",
    "ALTER TABLE cart ADD COLUMN gift_card_ids jsonb NOT NULL DEFAULT '[]'",
    "CREATE TABLE refund_transfer_before AS SELECT * FROM refund_transfer",
    "DROP TABLE refund_transfer",
    "CREATE TABLE refund_transfer (
        id uuid NOT NULL PRIMARY KEY,
        refund_id uuid NOT NULL REFERENCES refund (id),
        way text NOT NULL,
        payment_id uuid REFERENCES payment (id),
        order_tender_id uuid REFERENCES order_tender (id),
        status text NOT NULL,
        amount_minor bigint NOT NULL,
        provider_ref text,
        settled_at timestamptz,
        CONSTRAINT uq_refund_transfer_refund_id_payment_id UNIQUE (refund_id, payment_id),
        CONSTRAINT uq_refund_transfer_refund_id_order_tender_id UNIQUE (refund_id, order_tender_id),
        CONSTRAINT ck_refund_transfer_way CHECK (way IN ('PAYMENT', 'STORE_CREDIT', 'TENDER')),
        CONSTRAINT ck_refund_transfer_source
            CHECK ((way = 'TENDER') = (payment_id IS NULL) AND (way = 'TENDER') = (order_tender_id IS NOT NULL)),
        CONSTRAINT ck_refund_transfer_status CHECK (status IN ('PENDING', 'SUCCEEDED', 'FAILED')),
        CONSTRAINT ck_refund_transfer_amount CHECK (amount_minor > 0)
    )",
    "INSERT INTO refund_transfer (id, refund_id, way, payment_id, status, amount_minor, provider_ref, settled_at)
        SELECT id, refund_id, 'PAYMENT', payment_id, status, amount_minor, provider_ref, settled_at
        FROM refund_transfer_before",
    "DROP TABLE refund_transfer_before",
    "CREATE INDEX idx_refund_transfer_payment_id ON refund_transfer (payment_id)",
    "CREATE INDEX idx_refund_transfer_order_tender_id ON refund_transfer (order_tender_id)",
];

/// What went back otherwise than through a payment has no place in the older schema.
const DOWN: &[&str] = &[
    "CREATE TABLE refund_transfer_after AS SELECT id, refund_id, payment_id, status, amount_minor, provider_ref, settled_at
        FROM refund_transfer WHERE way = 'PAYMENT'",
    "DROP TABLE refund_transfer",
    "CREATE TABLE refund_transfer (
        id uuid NOT NULL PRIMARY KEY,
        refund_id uuid NOT NULL REFERENCES refund (id),
        payment_id uuid NOT NULL REFERENCES payment (id),
        status text NOT NULL,
        amount_minor bigint NOT NULL,
        provider_ref text,
        settled_at timestamptz,
        CONSTRAINT uq_refund_transfer_refund_id_payment_id UNIQUE (refund_id, payment_id),
        CONSTRAINT ck_refund_transfer_status CHECK (status IN ('PENDING', 'SUCCEEDED', 'FAILED')),
        CONSTRAINT ck_refund_transfer_amount CHECK (amount_minor > 0)
    )",
    "INSERT INTO refund_transfer (id, refund_id, payment_id, status, amount_minor, provider_ref, settled_at)
        SELECT id, refund_id, payment_id, status, amount_minor, provider_ref, settled_at FROM refund_transfer_after",
    "DROP TABLE refund_transfer_after",
    "CREATE INDEX idx_refund_transfer_payment_id ON refund_transfer (payment_id)",
    "ALTER TABLE cart DROP COLUMN gift_card_ids",
    "ALTER TABLE cart DROP COLUMN store_credit_minor",
    "ALTER TABLE \"order\" DROP COLUMN credited_minor",
    "ALTER TABLE \"order\" DROP COLUMN tendered_minor",
    "DROP TABLE order_tender",
    "DROP TABLE credit_posting",
    "DROP TABLE credit_transaction",
    "DROP TABLE credit_account",
    "DROP TABLE gift_card",
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
        ddl::run(manager, DOWN).await
    }
}
