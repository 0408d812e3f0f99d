-- Carts of one unit of the same goods for flash_sale.sql, in a database of the benchmark: psql -f flash_sale_setup.sql.
DROP TABLE IF EXISTS bench_rush;
CREATE TABLE bench_rush AS
SELECT n::int AS number, gen_random_uuid() AS cart_id, 'cart_rush_' || gen_random_uuid() AS public_id, gen_random_uuid() AS order_id,
    gen_random_uuid() AS line_a, hot.id AS variant_a, hot.product_id, stock.warehouse_id, method.channel_id, method.id AS method_id
FROM generate_series(1, 64 * 1000) AS n
CROSS JOIN (SELECT id, product_id FROM product_variant WHERE sku = 'BENCH-0-S') hot
JOIN stock_level stock ON stock.variant_id = hot.id
CROSS JOIN (SELECT id, channel_id FROM shipping_method ORDER BY position LIMIT 1) method;
ALTER TABLE bench_rush ADD PRIMARY KEY (number);
UPDATE stock_level SET on_hand = on_hand + 1000000 WHERE variant_id IN (SELECT variant_a FROM bench_rush);
INSERT INTO cart (id, public_id, channel_id, status, email, shipping_address, shipping_method_id, locale, version, created_at, updated_at)
SELECT cart_id, public_id, channel_id, 'ACTIVE', 'you@example.com',
    '{"city": "Berlin", "full_name": "You", "postal_code": "10115", "country_code": "DE", "street_line1": "1 High Street"}',
    method_id, 'en', 1, now(), now()
FROM bench_rush;
INSERT INTO cart_line (id, cart_id, variant_id, quantity, seen_unit_price_minor, position)
SELECT line_a, cart_id, variant_a, 1, 500, 1 FROM bench_rush;
ANALYZE;
