-- One point taken from one member, for pgbench: the floor beside the round "pointsAdjust, all of one member".
-- First load points_race_setup.sql.
SELECT * FROM bench_account WHERE number = 0 \gset
BEGIN;
INSERT INTO "idempotency_record" ("id", "actor_key", "operation", "key", "request_hash", "outcome", "created_at")
    VALUES (gen_random_uuid(), 'staff-bench', 'pointsAdjust', gen_random_uuid()::text, '', '{}', now())
    ON CONFLICT ("actor_key", "operation", "key") DO NOTHING;
SELECT "id", "kind", "balance" FROM "points_account" WHERE "member_id" = :member_id ORDER BY "id" FOR UPDATE;
SELECT "id", "remaining", "expires_at" FROM "points_lot"
    WHERE "member_id" = :member_id AND "status" = 'ACTIVE' AND "remaining" > 0 ORDER BY "expires_at";
INSERT INTO "points_transaction" ("id", "member_id", "kind", "points", "balance_after", "source_kind", "source_id", "rule_key",
        "reason", "actor_kind", "occurred_at")
    VALUES (gen_random_uuid(), :member_id, 'ADJUST', -1, 0, 'adjustment', gen_random_uuid()::text, '', 'Taken', 'STAFF', now())
    RETURNING "id" AS transaction_id \gset
UPDATE "points_account" SET "balance" = "balance" - 1 WHERE "id" = :account_id AND "balance" >= 1;
INSERT INTO "points_posting" ("id", "transaction_id", "account_id", "points")
    VALUES (gen_random_uuid(), :transaction_id, :account_id, -1), (gen_random_uuid(), :transaction_id, :program_id, 1);
UPDATE "points_lot" SET "remaining" = "remaining" - 1 WHERE "id" = :lot_id AND "remaining" >= 1;
COMMIT;
