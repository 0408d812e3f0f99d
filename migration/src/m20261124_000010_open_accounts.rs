//! Orders on account: what members may owe, and what orders do.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl::{self, Check};

const NARROW: &str = "CHECK (provider IN ('manual', 'test', 'stripe', 'alipay', 'wechat_pay'))";
const WIDE: &str =
    "CHECK (provider IN ('manual', 'test', 'stripe', 'alipay', 'wechat_pay', 'on_account'))";

const PAYMENT_METHOD: Check<'_> = Check {
    table: "payment_method",
    name: "ck_payment_method_provider",
    narrow: NARROW,
    wide: WIDE,
};
const PAYMENT: Check<'_> = Check {
    table: "payment",
    name: "ck_payment_provider",
    narrow: NARROW,
    wide: WIDE,
};

const UP: &[&str] = &[
    "CREATE TABLE payment_terms (
        member_id uuid NOT NULL REFERENCES member (id),
        channel_id uuid NOT NULL REFERENCES channel (id),
        currency text NOT NULL,
        limit_minor bigint NOT NULL,
        days integer NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (member_id, channel_id),
        CONSTRAINT ck_payment_terms_currency CHECK (length(currency) = 3),
        CONSTRAINT ck_payment_terms_limit CHECK (limit_minor > 0),
        CONSTRAINT ck_payment_terms_days CHECK (days BETWEEN 0 AND 365)
    )",
    "ALTER TABLE \"order\" ADD COLUMN on_account_minor bigint NOT NULL DEFAULT 0
        CONSTRAINT ck_order_on_account CHECK (on_account_minor >= 0)",
    "ALTER TABLE \"order\" ADD COLUMN terms_days integer",
    "ALTER TABLE \"order\" ADD COLUMN terms_due_on date",
    "CREATE INDEX idx_order_owed ON \"order\" (channel_id, id) WHERE owed_minor > 0",
    "CREATE INDEX idx_order_on_account ON \"order\" (member_id, channel_id) WHERE on_account_minor > 0",
];

/// An older version knows no such provider; what is owed stays so, to be paid before goods leave.
const DOWN: &[&str] = &[
    "DROP INDEX idx_order_on_account",
    "DROP INDEX idx_order_owed",
    "ALTER TABLE \"order\" DROP COLUMN terms_due_on",
    "ALTER TABLE \"order\" DROP COLUMN terms_days",
    "ALTER TABLE \"order\" DROP COLUMN on_account_minor",
    "DROP TABLE payment_terms",
    "UPDATE payment SET provider = 'manual' WHERE provider = 'on_account'",
    "UPDATE payment_method SET provider = 'manual', active = false WHERE provider = 'on_account'",
];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await?;
        PAYMENT_METHOD.widen(manager).await?;
        PAYMENT.widen(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await?;
        PAYMENT.narrow(manager).await?;
        PAYMENT_METHOD.narrow(manager).await
    }
}
