//! Invoices and credit notes, who issues them, and the last number of each series. What the steps of a refund are is written
//! down with them: until now their labels told it.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE invoice_issuer (
        channel_id uuid NOT NULL PRIMARY KEY REFERENCES channel (id),
        party jsonb NOT NULL,
        invoice_prefix text NOT NULL,
        credit_note_prefix text NOT NULL,
        footer text,
        updated_at timestamptz NOT NULL
    ) CLUSTERED",
    "CREATE TABLE invoice_series (
        channel_id uuid NOT NULL REFERENCES channel (id),
        prefix text NOT NULL,
        year integer NOT NULL,
        last_number bigint NOT NULL,
        PRIMARY KEY (channel_id, prefix, year),
        CONSTRAINT ck_invoice_series_last_number CHECK (last_number > 0)
    ) CLUSTERED",
    // What bills an order first corrects nothing; an order has one such document that is not closed.
    "CREATE TABLE invoice (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        corrects_id uuid REFERENCES invoice (id),
        kind text NOT NULL,
        prefix text NOT NULL,
        year integer NOT NULL,
        sequence bigint NOT NULL,
        number text NOT NULL,
        title jsonb NOT NULL,
        issuer jsonb NOT NULL,
        footer text,
        locale text NOT NULL,
        currency text NOT NULL,
        reason text,
        net_minor bigint NOT NULL,
        tax_minor bigint NOT NULL,
        total_minor bigint NOT NULL,
        issued_on date NOT NULL,
        issued_at timestamptz NOT NULL,
        closed_at timestamptz,
        CONSTRAINT uq_invoice_number UNIQUE (channel_id, prefix, year, sequence),
        CONSTRAINT ck_invoice_kind CHECK (kind IN ('INVOICE', 'CREDIT_NOTE')),
        CONSTRAINT ck_invoice_sign CHECK ((kind = 'CREDIT_NOTE') = (total_minor < 0)),
        CONSTRAINT ck_invoice_total CHECK (total_minor = net_minor + tax_minor),
        CONSTRAINT ck_invoice_closed CHECK (closed_at IS NULL OR corrects_id IS NULL)
    )",
    "CREATE UNIQUE INDEX uq_invoice_order_id_open ON invoice (order_id) WHERE corrects_id IS NULL AND closed_at IS NULL",
    "CREATE INDEX idx_invoice_order_id ON invoice (order_id)",
    "CREATE INDEX idx_invoice_corrects_id ON invoice (corrects_id) WHERE corrects_id IS NOT NULL",
    "CREATE INDEX idx_invoice_channel_id ON invoice (channel_id, id)",
    "CREATE TABLE invoice_line (
        invoice_id uuid NOT NULL REFERENCES invoice (id),
        position integer NOT NULL,
        subject_kind text NOT NULL,
        subject_id uuid,
        description text NOT NULL,
        sku text,
        units bigint NOT NULL,
        tax_rate_ppm integer NOT NULL,
        tax_minor bigint NOT NULL,
        total_minor bigint NOT NULL,
        PRIMARY KEY (invoice_id, position),
        CONSTRAINT ck_invoice_line_subject_kind CHECK (subject_kind IN ('GOODS', 'SHIPPING', 'SURCHARGE', 'GOODWILL'))
    ) CLUSTERED",
    "ALTER TABLE refund_adjustment ADD COLUMN origin text NOT NULL DEFAULT 'PRICE'
        CONSTRAINT ck_refund_adjustment_origin CHECK (origin IN ('PRICE', 'EXTRA', 'SHORT', 'SET_OFF', 'SURPLUS'))",
    "UPDATE refund_adjustment SET origin = CASE
            WHEN label IN ('Goodwill', '补偿') THEN 'EXTRA'
            WHEN label IN ('Set off against what is owed', '抵扣应付款项') THEN 'SET_OFF'
            WHEN label IN ('Received beyond the price', '超出应付的款项') THEN 'SURPLUS'
            ELSE 'SHORT'
        END
        WHERE order_adjustment_id IS NULL",
];

const DOWN: &[&str] = &[
    "ALTER TABLE refund_adjustment DROP COLUMN origin",
    "DROP TABLE invoice_line",
    "DROP TABLE invoice",
    "DROP TABLE invoice_series",
    "DROP TABLE invoice_issuer",
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
