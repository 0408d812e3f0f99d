//! Points: versions of rules, products and expiry policies in them, what orders were promised, and birthdays.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

/// The table of rules anew: SQLite cannot change a check. Nothing refers to it yet.
const UP_SQLITE: &[&str] = &[
    "CREATE TABLE points_rule_new (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        key text NOT NULL,
        label text NOT NULL,
        trigger text NOT NULL,
        points_per_money_unit_ppm bigint,
        fixed_points integer,
        max_per_day integer,
        pending_days integer NOT NULL,
        expiry_days integer,
        active boolean NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        products jsonb NOT NULL DEFAULT '{}',
        expiry_policy text NOT NULL DEFAULT 'NEVER',
        birthdays_until date,
        CONSTRAINT uq_points_rule_channel_id_key UNIQUE (channel_id, key),
        CONSTRAINT ck_points_rule_trigger
            CHECK (trigger IN ('ORDER', 'REGISTRATION', 'REVIEW', 'REFERRAL', 'BIRTHDAY', 'CUSTOM')),
        CONSTRAINT ck_points_rule_amounts CHECK ((points_per_money_unit_ppm IS NULL OR points_per_money_unit_ppm > 0)
            AND (fixed_points IS NULL OR fixed_points > 0) AND (max_per_day IS NULL OR max_per_day > 0)),
        CONSTRAINT ck_points_rule_days CHECK (pending_days >= 0 AND (expiry_days IS NULL OR expiry_days >= 0)),
        CONSTRAINT ck_points_rule_expiry_policy
            CHECK (expiry_policy IN ('NEVER', 'AFTER_DAYS', 'END_OF_MONTH', 'END_OF_YEAR'))
    )",
    "INSERT INTO points_rule_new (id, channel_id, key, label, trigger, points_per_money_unit_ppm, fixed_points,
        max_per_day, pending_days, expiry_days, active, version, created_at, updated_at)
        SELECT id, channel_id, key, label, trigger, points_per_money_unit_ppm, fixed_points,
        max_per_day, pending_days, expiry_days, active, version, created_at, updated_at FROM points_rule",
    "DROP TABLE points_rule",
    "ALTER TABLE points_rule_new RENAME TO points_rule",
    "CREATE INDEX idx_member_birthday ON member (substr(birthday, 6))",
];

const UP_POSTGRES: &[&str] = &[
    "ALTER TABLE points_rule DROP CONSTRAINT ck_points_rule_trigger",
    "ALTER TABLE points_rule ADD CONSTRAINT ck_points_rule_trigger
        CHECK (trigger IN ('ORDER', 'REGISTRATION', 'REVIEW', 'REFERRAL', 'BIRTHDAY', 'CUSTOM'))",
    "ALTER TABLE points_rule DROP CONSTRAINT ck_points_rule_days",
    "ALTER TABLE points_rule ADD CONSTRAINT ck_points_rule_days
        CHECK (pending_days >= 0 AND (expiry_days IS NULL OR expiry_days >= 0))",
    "ALTER TABLE points_rule ADD COLUMN products jsonb NOT NULL DEFAULT '{}'",
    "ALTER TABLE points_rule ADD COLUMN expiry_policy text NOT NULL DEFAULT 'NEVER'
        CONSTRAINT ck_points_rule_expiry_policy
        CHECK (expiry_policy IN ('NEVER', 'AFTER_DAYS', 'END_OF_MONTH', 'END_OF_YEAR'))",
    "ALTER TABLE points_rule ADD COLUMN birthdays_until date",
    "CREATE INDEX idx_member_birthday ON member ((EXTRACT(MONTH FROM birthday) * 100 + EXTRACT(DAY FROM birthday)))",
];

/// What both databases say alike. Points that lapsed after days go on doing so, and each rule starts its history.
const UP: &[&str] = &[
    "UPDATE points_rule SET expiry_policy = 'AFTER_DAYS' WHERE expiry_days IS NOT NULL",
    "CREATE TABLE points_rule_version (
        rule_id uuid NOT NULL REFERENCES points_rule (id),
        version integer NOT NULL,
        label text NOT NULL,
        trigger text NOT NULL,
        points_per_money_unit_ppm bigint,
        fixed_points integer,
        products jsonb NOT NULL,
        max_per_day integer,
        pending_days integer NOT NULL,
        expiry_policy text NOT NULL,
        expiry_days integer,
        active boolean NOT NULL,
        actor_kind text NOT NULL,
        actor_id uuid,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (rule_id, version),
        CONSTRAINT ck_points_rule_version_trigger
            CHECK (trigger IN ('ORDER', 'REGISTRATION', 'REVIEW', 'REFERRAL', 'BIRTHDAY', 'CUSTOM')),
        CONSTRAINT ck_points_rule_version_expiry_policy
            CHECK (expiry_policy IN ('NEVER', 'AFTER_DAYS', 'END_OF_MONTH', 'END_OF_YEAR')),
        CONSTRAINT ck_points_rule_version_actor_kind
            CHECK (actor_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM'))
    )",
    "INSERT INTO points_rule_version (rule_id, version, label, trigger, points_per_money_unit_ppm, fixed_points, products,
        max_per_day, pending_days, expiry_policy, expiry_days, active, actor_kind, created_at)
        SELECT id, version, label, trigger, points_per_money_unit_ppm, fixed_points, products,
        max_per_day, pending_days, expiry_policy, expiry_days, active, 'SYSTEM', updated_at FROM points_rule",
    "CREATE TABLE points_promise (
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        rule_id uuid NOT NULL,
        rule_version integer NOT NULL,
        points integer NOT NULL,
        PRIMARY KEY (order_id, rule_id),
        CONSTRAINT fk_points_promise_rule
            FOREIGN KEY (rule_id, rule_version) REFERENCES points_rule_version (rule_id, version),
        CONSTRAINT ck_points_promise_points CHECK (points > 0)
    ) CLUSTERED",
    "CREATE INDEX idx_points_promise_rule_id_rule_version ON points_promise (rule_id, rule_version)",
    "ALTER TABLE points_transaction ADD COLUMN rule_version integer",
];

const DOWN: &[&str] = &[
    "ALTER TABLE points_transaction DROP COLUMN rule_version",
    "DROP TABLE points_promise",
    "DROP TABLE points_rule_version",
    "DROP INDEX idx_member_birthday",
    "DELETE FROM points_rule WHERE trigger NOT IN ('ORDER', 'REGISTRATION')",
    "UPDATE points_rule SET expiry_days = NULL WHERE expiry_policy <> 'AFTER_DAYS'",
];

const DOWN_SQLITE: &[&str] = &[
    "CREATE TABLE points_rule_old (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        key text NOT NULL,
        label text NOT NULL,
        trigger text NOT NULL,
        points_per_money_unit_ppm bigint,
        fixed_points integer,
        max_per_day integer,
        pending_days integer NOT NULL,
        expiry_days integer,
        active boolean NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_points_rule_channel_id_key UNIQUE (channel_id, key),
        CONSTRAINT ck_points_rule_trigger CHECK (trigger IN ('ORDER', 'REGISTRATION')),
        CONSTRAINT ck_points_rule_amounts CHECK ((points_per_money_unit_ppm IS NULL OR points_per_money_unit_ppm > 0)
            AND (fixed_points IS NULL OR fixed_points > 0) AND (max_per_day IS NULL OR max_per_day > 0)),
        CONSTRAINT ck_points_rule_days CHECK (pending_days >= 0 AND (expiry_days IS NULL OR expiry_days > 0))
    )",
    "INSERT INTO points_rule_old SELECT id, channel_id, key, label, trigger, points_per_money_unit_ppm, fixed_points,
        max_per_day, pending_days, expiry_days, active, version, created_at, updated_at FROM points_rule",
    "DROP TABLE points_rule",
    "ALTER TABLE points_rule_old RENAME TO points_rule",
];

const DOWN_POSTGRES: &[&str] = &[
    "ALTER TABLE points_rule DROP COLUMN birthdays_until",
    "ALTER TABLE points_rule DROP COLUMN expiry_policy",
    "ALTER TABLE points_rule DROP COLUMN products",
    "ALTER TABLE points_rule DROP CONSTRAINT ck_points_rule_days",
    "ALTER TABLE points_rule ADD CONSTRAINT ck_points_rule_days
        CHECK (pending_days >= 0 AND (expiry_days IS NULL OR expiry_days > 0))",
    "ALTER TABLE points_rule DROP CONSTRAINT ck_points_rule_trigger",
    "ALTER TABLE points_rule ADD CONSTRAINT ck_points_rule_trigger CHECK (trigger IN ('ORDER', 'REGISTRATION'))",
];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let first = if is_sqlite(manager) {
            UP_SQLITE
        } else {
            UP_POSTGRES
        };
        ddl::run(manager, first).await?;
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await?;
        let last = if is_sqlite(manager) {
            DOWN_SQLITE
        } else {
            DOWN_POSTGRES
        };
        ddl::run(manager, last).await
    }
}

fn is_sqlite(manager: &SchemaManager) -> bool {
    manager.get_connection().get_database_backend() == DbBackend::Sqlite
}
