-- Carts of two lines for order_place.sql, in a database of the benchmark: psql -f order_place_setup.sql.
DROP TABLE IF EXISTS bench_cart;
CREATE TABLE bench_cart AS
SELECT n::int AS number, gen_random_uuid() AS cart_id, 'cart_bench_' || gen_random_uuid() AS public_id, gen_random_uuid() AS order_id,
    gen_random_uuid() AS line_a, gen_random_uuid() AS line_b, small.id AS variant_a, large.id AS variant_b, small.product_id,
    stock.warehouse_id, method.channel_id, method.id AS method_id
FROM generate_series(1, 64 * 2000) AS n
JOIN product_variant small ON small.sku = 'BENCH-' || (n * 7919 % 1000) || '-S'
JOIN product_variant large ON large.sku = 'BENCH-' || (n * 7919 % 1000) || '-L'
JOIN stock_level stock ON stock.variant_id = small.id
CROSS JOIN (SELECT id, channel_id FROM shipping_method ORDER BY position LIMIT 1) method;
ALTER TABLE bench_cart ADD PRIMARY KEY (number);
INSERT INTO cart (id, public_id, channel_id, status, email, shipping_address, shipping_method_id, locale, version, created_at, updated_at)
SELECT cart_id, public_id, channel_id, 'ACTIVE', 'you@example.com',
    '{"city": "Berlin", "full_name": "You", "postal_code": "10115", "country_code": "DE", "street_line1": "1 High Street"}',
    method_id, 'en', 1, now(), now()
FROM bench_cart;
INSERT INTO cart_line (id, cart_id, variant_id, quantity, seen_unit_price_minor, position)
SELECT line_a, cart_id, variant_a, 1, 500, 1 FROM bench_cart
UNION ALL
SELECT line_b, cart_id, variant_b, 2, 500, 2 FROM bench_cart;
ANALYZE;
