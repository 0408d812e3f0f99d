//! Payments go through WeChat Pay.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl::{self, Check};

const NARROW: &str = "CHECK (provider IN ('manual', 'test', 'stripe', 'alipay'))";
const WIDE: &str = "CHECK (provider IN ('manual', 'test', 'stripe', 'alipay', 'wechat_pay'))";

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

/// An older version knows no such provider, so people take over; the references tell where to look.
const DOWN: &[&str] = &[
    "UPDATE payment SET provider = 'manual' WHERE provider = 'wechat_pay'",
    "UPDATE payment_method SET provider = 'manual', active = false WHERE provider = 'wechat_pay'",
    "DELETE FROM webhook_inbox WHERE provider = 'wechat_pay'",
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
        PAYMENT_METHOD.widen(manager).await?;
        PAYMENT.widen(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await?;
        PAYMENT.narrow(manager).await?;
        PAYMENT_METHOD.narrow(manager).await
    }
}
