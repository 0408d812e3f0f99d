//! Sales channels, with the one every shop starts with, and the counter its order numbers come from.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE channel (
        id uuid NOT NULL PRIMARY KEY,
        slug text NOT NULL CONSTRAINT uq_channel_slug UNIQUE,
        name text NOT NULL,
        currency text NOT NULL,
        tax_included boolean NOT NULL,
        default_locale text NOT NULL,
        locales jsonb NOT NULL,
        country_codes jsonb NOT NULL,
        timezone text NOT NULL,
        confirmation_policy text NOT NULL,
        payment_due_minutes integer NOT NULL,
        auto_complete_days integer NOT NULL,
        confirmation_deadline_minutes integer NOT NULL,
        order_prefix text NOT NULL,
        points_redeem_points integer NOT NULL,
        points_redeem_minor bigint NOT NULL,
        points_redeem_min integer NOT NULL,
        points_redeem_max_ppm integer NOT NULL,
        is_default boolean NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ck_channel_currency CHECK (length(currency) = 3),
        CONSTRAINT ck_channel_confirmation_policy CHECK (confirmation_policy IN ('NONE', 'REQUIRED')),
        CONSTRAINT ck_channel_payment_due_minutes CHECK (payment_due_minutes > 0),
        CONSTRAINT ck_channel_auto_complete_days CHECK (auto_complete_days >= 0),
        CONSTRAINT ck_channel_confirmation_deadline_minutes CHECK (confirmation_deadline_minutes > 0),
        CONSTRAINT ck_channel_points_redeem CHECK (points_redeem_points >= 0 AND points_redeem_minor >= 0
            AND points_redeem_min >= 0 AND points_redeem_max_ppm BETWEEN 0 AND 1000000)
    )",
    "CREATE UNIQUE INDEX uq_channel_is_default ON channel (is_default) WHERE is_default",
    "CREATE TABLE order_counter (
        channel_id uuid NOT NULL PRIMARY KEY REFERENCES channel (id),
        last_number bigint NOT NULL,
        CONSTRAINT ck_order_counter_last_number CHECK (last_number >= 0)
    ) HOT",
];

/// Id of the channel every shop starts with.
const DEFAULT_CHANNEL: &str = "01930000000070008000000000000001";

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await?;
        let id = ddl::uuid_literal(manager.get_database_backend(), DEFAULT_CHANNEL);
        let channel = format!(
            "INSERT INTO channel (id, slug, name, currency, tax_included, default_locale, locales, country_codes,
                timezone, confirmation_policy, payment_due_minutes, auto_complete_days,
                confirmation_deadline_minutes, order_prefix, points_redeem_points, points_redeem_minor,
                points_redeem_min, points_redeem_max_ppm, is_default, version, created_at, updated_at)
             VALUES ({id}, 'default', 'Shop', 'EUR', true, 'en', '[\"en\"]', '[]',
                'UTC', 'REQUIRED', 30, 7,
                30, '', 0, 0,
                0, 0, true, 1, '2026-11-21T00:00:00+00:00', '2026-11-21T00:00:00+00:00')"
        );
        let counter =
            format!("INSERT INTO order_counter (channel_id, last_number) VALUES ({id}, 0)");
        manager
            .get_connection()
            .execute_unprepared(&channel)
            .await?;
        manager
            .get_connection()
            .execute_unprepared(&counter)
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, &["order_counter", "channel"]).await
    }
}
