-- A coupon with a limit for coupon_race.sql, and orders to use it, in a database of the benchmark whose round of coupons has run:
-- psql -f coupon_race_setup.sql.
DROP TABLE IF EXISTS bench_use;
CREATE TABLE bench_use AS
SELECT row_number() OVER ()::int - 1 AS number, o.id AS order_id, race.id AS coupon_id
FROM "order" o
CROSS JOIN (SELECT id FROM coupon WHERE code = 'RACE') race;
ALTER TABLE bench_use ADD PRIMARY KEY (number);
DELETE FROM coupon_redemption WHERE coupon_id IN (SELECT coupon_id FROM bench_use);
UPDATE coupon SET used_count = 0 WHERE code = 'RACE';
ANALYZE;
