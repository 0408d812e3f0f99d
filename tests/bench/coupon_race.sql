-- What an order writes to use a coupon with a limit, for pgbench: no round "orderPlace, all with one coupon" can be faster.
-- First load coupon_race_setup.sql. Each client needs `-D n=-1`, and there must be as many orders as clients have transactions.
\set n :n + 1
\set use :client_id + 16 * :n
SELECT * FROM bench_use WHERE number = :use \gset
BEGIN;
SELECT "id", "status", "member_id", "usage_limit", "used_count", "uses_per_member" FROM "coupon" WHERE "id" = :coupon_id;
SELECT "slot" FROM "coupon_redemption"
    WHERE "coupon_id" = :coupon_id AND "buyer_key" = :use::text AND "status" <> 'RESTORED';
INSERT INTO "coupon_redemption" ("id", "coupon_id", "order_id", "code", "buyer_key", "slot", "status", "created_at", "updated_at")
    VALUES (gen_random_uuid(), :coupon_id, :order_id, 'RACE', :use::text, 0, 'LOCKED', now(), now());
UPDATE "coupon" SET "used_count" = "used_count" + 1, "updated_at" = now()
    WHERE "id" = :coupon_id AND "status" = 'AVAILABLE' AND "used_count" < "usage_limit";
COMMIT;
