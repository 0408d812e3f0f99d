//! Returns, exchanges and claims; what came back of an order; how each channel treats them.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE after_sale (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        number text NOT NULL,
        kind text NOT NULL,
        status text NOT NULL,
        reason text NOT NULL,
        note text,
        answer text,
        resolution text,
        warehouse_id uuid REFERENCES warehouse (id),
        carrier text,
        tracking_number text,
        tracking_url text,
        refund_id uuid REFERENCES refund (id),
        replacement_order_id uuid REFERENCES \"order\" (id),
        return_before timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_after_sale_order_id_number UNIQUE (order_id, number),
        CONSTRAINT ck_after_sale_kind CHECK (kind IN ('RETURN', 'EXCHANGE', 'REFUND_ONLY', 'WARRANTY_CLAIM')),
        CONSTRAINT ck_after_sale_status CHECK (status IN ('REQUESTED', 'APPROVED', 'DECLINED', 'IN_TRANSIT', 'RECEIVED',
            'INSPECTED', 'REFUNDED', 'REPLACEMENT_SENT', 'PARTIALLY_ACCEPTED', 'SENT_BACK', 'CANCELLED')),
        CONSTRAINT ck_after_sale_reason CHECK (reason IN ('CHANGED_MIND', 'DOES_NOT_FIT', 'DEFECTIVE', 'DAMAGED',
            'WRONG_PRODUCT', 'MISSING', 'OTHER')),
        CONSTRAINT ck_after_sale_resolution CHECK (resolution IN ('REFUND', 'REPLACEMENT'))
    )",
    "CREATE UNIQUE INDEX uq_after_sale_refund_id ON after_sale (refund_id) WHERE refund_id IS NOT NULL",
    "CREATE UNIQUE INDEX uq_after_sale_replacement_order_id ON after_sale (replacement_order_id)
        WHERE replacement_order_id IS NOT NULL",
    "CREATE INDEX idx_after_sale_warehouse_id ON after_sale (warehouse_id)",
    "CREATE INDEX idx_after_sale_return_before ON after_sale (return_before) WHERE status = 'APPROVED'",
    "CREATE TABLE after_sale_line (
        id uuid NOT NULL PRIMARY KEY,
        after_sale_id uuid NOT NULL REFERENCES after_sale (id),
        order_line_id uuid NOT NULL REFERENCES order_line (id),
        quantity integer NOT NULL,
        received_quantity integer NOT NULL,
        accepted_quantity integer NOT NULL,
        restocked_quantity integer NOT NULL,
        condition text,
        replacement_variant_id uuid REFERENCES product_variant (id),
        CONSTRAINT uq_after_sale_line_after_sale_id_order_line_id UNIQUE (after_sale_id, order_line_id),
        CONSTRAINT ck_after_sale_line_quantity CHECK (quantity > 0),
        CONSTRAINT ck_after_sale_line_received CHECK (received_quantity BETWEEN 0 AND quantity),
        CONSTRAINT ck_after_sale_line_accepted CHECK (accepted_quantity BETWEEN 0 AND quantity),
        CONSTRAINT ck_after_sale_line_restocked CHECK (restocked_quantity BETWEEN 0 AND accepted_quantity),
        CONSTRAINT ck_after_sale_line_condition
            CHECK (condition IN ('SELLABLE', 'DAMAGED', 'WRONG_PRODUCT', 'MISSING'))
    )",
    "CREATE INDEX idx_after_sale_line_order_line_id ON after_sale_line (order_line_id)",
    "CREATE INDEX idx_after_sale_line_replacement_variant_id ON after_sale_line (replacement_variant_id)",
    "CREATE TABLE after_sale_photo (
        id uuid NOT NULL PRIMARY KEY,
        after_sale_id uuid NOT NULL REFERENCES after_sale (id),
        position integer NOT NULL,
        url text NOT NULL,
        alt text,
        content_type text NOT NULL,
        CONSTRAINT uq_after_sale_photo_after_sale_id_position UNIQUE (after_sale_id, position)
    )",
    "ALTER TABLE \"order\" ADD COLUMN return_status text NOT NULL DEFAULT 'NONE' CONSTRAINT ck_order_return_status
        CHECK (return_status IN ('NONE', 'REQUESTED', 'IN_PROGRESS', 'PARTIALLY_RETURNED', 'RETURNED'))",
    "ALTER TABLE order_line ADD COLUMN returned_quantity integer NOT NULL DEFAULT 0
        CONSTRAINT ck_order_line_returned CHECK (returned_quantity BETWEEN 0 AND fulfilled_quantity)",
    "ALTER TABLE channel ADD COLUMN after_sale_policy jsonb NOT NULL DEFAULT
        '{\"return_days\":7,\"fault_days\":15,\"warranty_days\":730,\"ship_days\":14,\"auto_approval\":null}'",
];

const DOWN: &[&str] = &[
    "ALTER TABLE channel DROP COLUMN after_sale_policy",
    "ALTER TABLE order_line DROP COLUMN returned_quantity",
    "ALTER TABLE \"order\" DROP COLUMN return_status",
    "DROP TABLE after_sale_photo",
    "DROP TABLE after_sale_line",
    "DROP TABLE after_sale",
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
