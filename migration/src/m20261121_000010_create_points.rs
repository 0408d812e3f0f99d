//! The points ledger: rules, accounts, transactions with their postings, lots and holds.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE points_rule (
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
    "CREATE TABLE points_account (
        id uuid NOT NULL PRIMARY KEY,
        member_id uuid REFERENCES member (id),
        kind text NOT NULL,
        balance bigint,
        CONSTRAINT uq_points_account_member_id_kind UNIQUE (member_id, kind),
        CONSTRAINT ck_points_account_kind CHECK (
            (member_id IS NOT NULL AND kind IN ('MEMBER_ACTIVE', 'MEMBER_PENDING', 'MEMBER_HELD'))
            OR (member_id IS NULL AND kind IN ('PROGRAM_ISSUED', 'PROGRAM_REDEEMED', 'PROGRAM_EXPIRED'))),
        CONSTRAINT ck_points_account_balance CHECK ((balance IS NULL) = (member_id IS NULL)
            AND (balance IS NULL OR balance >= 0 OR kind = 'MEMBER_ACTIVE'))
    ) HOT",
    "CREATE UNIQUE INDEX uq_points_account_kind ON points_account (kind) WHERE member_id IS NULL",
    "CREATE TABLE points_transaction (
        id uuid NOT NULL PRIMARY KEY,
        member_id uuid NOT NULL REFERENCES member (id),
        kind text NOT NULL,
        points bigint NOT NULL,
        balance_after bigint NOT NULL,
        source_kind text NOT NULL,
        source_id text NOT NULL,
        rule_key text NOT NULL DEFAULT '',
        reason text NOT NULL,
        order_id uuid REFERENCES \"order\" (id),
        actor_kind text NOT NULL,
        actor_id uuid,
        available_at timestamptz,
        expires_at timestamptz,
        occurred_at timestamptz NOT NULL,
        CONSTRAINT uq_points_transaction_source UNIQUE (source_kind, source_id, kind, rule_key),
        CONSTRAINT ck_points_transaction_kind CHECK (kind IN ('EARN', 'ACTIVATE', 'HOLD', 'RELEASE', 'SPEND', 'RESTORE',
            'CLAW_BACK', 'EXPIRE', 'ADJUST')),
        CONSTRAINT ck_points_transaction_actor_kind
            CHECK (actor_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM'))
    )",
    "CREATE INDEX idx_points_transaction_member_id_id ON points_transaction (member_id, id)",
    "CREATE INDEX idx_points_transaction_order_id ON points_transaction (order_id)",
    "CREATE TABLE points_posting (
        id uuid NOT NULL PRIMARY KEY,
        transaction_id uuid NOT NULL REFERENCES points_transaction (id),
        account_id uuid NOT NULL REFERENCES points_account (id),
        points bigint NOT NULL,
        CONSTRAINT ck_points_posting_points CHECK (points <> 0)
    )",
    "CREATE INDEX idx_points_posting_transaction_id ON points_posting (transaction_id)",
    "CREATE INDEX idx_points_posting_account_id ON points_posting (account_id)",
    "CREATE TABLE points_lot (
        id uuid NOT NULL PRIMARY KEY,
        member_id uuid NOT NULL REFERENCES member (id),
        transaction_id uuid NOT NULL REFERENCES points_transaction (id),
        points bigint NOT NULL,
        remaining bigint NOT NULL,
        status text NOT NULL,
        available_at timestamptz NOT NULL,
        expires_at timestamptz,
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_points_lot_points CHECK (points > 0 AND remaining BETWEEN 0 AND points),
        CONSTRAINT ck_points_lot_status CHECK (status IN ('PENDING', 'ACTIVE', 'SPENT', 'EXPIRED', 'REVERSED'))
    )",
    "CREATE INDEX idx_points_lot_member_id_status_expires_at ON points_lot (member_id, status, expires_at)",
    "CREATE INDEX idx_points_lot_status_available_at ON points_lot (status, available_at)",
    "CREATE INDEX idx_points_lot_transaction_id ON points_lot (transaction_id)",
    "CREATE TABLE points_hold (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL CONSTRAINT uq_points_hold_order_id UNIQUE REFERENCES \"order\" (id),
        member_id uuid NOT NULL REFERENCES member (id),
        points bigint NOT NULL,
        status text NOT NULL,
        lots jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ck_points_hold_points CHECK (points > 0),
        CONSTRAINT ck_points_hold_status CHECK (status IN ('HELD', 'CAPTURED', 'RELEASED'))
    )",
    "CREATE INDEX idx_points_hold_member_id ON points_hold (member_id)",
];

const DOWN: &[&str] = &[
    "points_hold",
    "points_lot",
    "points_posting",
    "points_transaction",
    "points_account",
    "points_rule",
];

/// The shop's own side of the ledger. Their balances are sums of postings, so that no row is hot.
const PROGRAM_ACCOUNTS: [(&str, &str); 3] = [
    ("01930000000070008000000000000011", "PROGRAM_ISSUED"),
    ("01930000000070008000000000000012", "PROGRAM_REDEEMED"),
    ("01930000000070008000000000000013", "PROGRAM_EXPIRED"),
];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await?;
        for (id, kind) in PROGRAM_ACCOUNTS {
            let id = ddl::uuid_literal(manager.get_database_backend(), id);
            let account = format!("INSERT INTO points_account (id, kind) VALUES ({id}, '{kind}')");
            manager
                .get_connection()
                .execute_unprepared(&account)
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, DOWN).await
    }
}
