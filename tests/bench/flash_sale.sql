-- The statements of one `orderPlace` of one unit of the goods everybody wants, for pgbench: the floor beside the flash sale, where
-- each order waits for the row of the one before. First load flash_sale_setup.sql. Each client needs `-D n=0`.
\set n :n + 1
\set cart :client_id + 64 * :n
-- Stands for what the server holds in memory: the ids in the request and of the shop.
SELECT * FROM bench_rush WHERE number = :cart \gset
BEGIN;
INSERT INTO "idempotency_record" ("id", "actor_key", "operation", "key", "request_hash", "outcome", "created_at")
    VALUES (gen_random_uuid(), 'guest-9c9413ff5da3852a9b4ded9e9dba7e3c1608209b057a05805399a24aa93dbddd', 'orderPlace', :public_id, 'c301638327181ae15de7ad5155a58871145fb054101d2bc45b0c238cdc0e84ae', '{"order_id": "00000000-0000-7000-8000-000000000000"}', now()) ON CONFLICT ("actor_key", "operation", "key") DO NOTHING;
SELECT clock_timestamp() AS now;
SELECT "cart"."id", "cart"."public_id", "cart"."channel_id", "cart"."member_id", "cart"."status", "cart"."email", "cart"."phone", "cart"."note", "cart"."shipping_address", "cart"."billing_address", "cart"."shipping_method_id", "cart"."points_to_spend", "cart"."locale", "cart"."version", "cart"."created_at", "cart"."updated_at"
    FROM "cart"
    WHERE "cart"."public_id" = :public_id AND "cart"."channel_id" = :channel_id LIMIT '1' FOR UPDATE;
SELECT "cart_line"."id", "cart_line"."cart_id", "cart_line"."variant_id", "cart_line"."quantity", "cart_line"."seen_unit_price_minor", "cart_line"."position"
    FROM "cart_line"
    WHERE "cart_line"."cart_id" = :cart_id
    ORDER BY "cart_line"."position" ASC, "cart_line"."id" ASC;
SELECT "product_variant"."id" AS "variant_id", "product_variant"."product_id", "product_variant"."sku", "product_variant"."selected_options", "product_variant"."shippable" AS "is_shippable", "product_variant"."min_quantity", "product_variant"."max_quantity", "product_variant"."quantity_step", "product_variant"."quantity_per_member", "product_variant"."archived_at", "product"."status" AS "product_status", "product"."options", "product"."tax_class", "product_listing"."published_at", "variant_price"."price_minor", "variant_price"."compare_at_minor"
    FROM "product_variant"
    INNER JOIN "product" ON "product_variant"."product_id" = "product"."id"
    LEFT JOIN "product_listing" ON "product_variant"."product_id" = "product_listing"."product_id" AND "product_listing"."channel_id" = :channel_id
    LEFT JOIN "variant_price" ON "product_variant"."id" = "variant_price"."variant_id" AND "variant_price"."channel_id" = :channel_id
    WHERE "product_variant"."id" IN (:variant_a);
SELECT "stock_level"."variant_id", "stock_level"."warehouse_id", "stock_level"."on_hand", "stock_level"."allocated", "stock_level"."safety", "stock_level"."backorder_limit"
    FROM "stock_level"
    INNER JOIN "warehouse" ON "stock_level"."warehouse_id" = "warehouse"."id"
    WHERE "stock_level"."variant_id" IN (:variant_a) AND "warehouse"."active" = 't'
    ORDER BY "warehouse"."priority" ASC, "warehouse"."id" ASC;
SELECT "cart_coupon"."cart_id", "cart_coupon"."code", "cart_coupon"."added_at"
    FROM "cart_coupon"
    WHERE "cart_coupon"."cart_id" = :cart_id
    ORDER BY "cart_coupon"."added_at" ASC, "cart_coupon"."code" ASC;
SELECT "shipping_method"."id", "shipping_method"."channel_id", "shipping_method"."code", "shipping_method"."name", "shipping_method"."name_translations", "shipping_method"."price_minor", "shipping_method"."free_over_minor", "shipping_method"."country_codes", "shipping_method"."tax_class", "shipping_method"."min_days", "shipping_method"."max_days", "shipping_method"."pickup_warehouse_id", "shipping_method"."position", "shipping_method"."active"
    FROM "shipping_method"
    WHERE "shipping_method"."channel_id" = :channel_id AND "shipping_method"."active" = 't'
    ORDER BY "shipping_method"."position" ASC, "shipping_method"."id" ASC;
SELECT "promotion"."id", "promotion"."channel_id", "promotion"."name", "promotion"."label", "promotion"."label_translations", "promotion"."status", "promotion"."coupon_required", "promotion"."starts_at", "promotion"."ends_at", "promotion"."conditions", "promotion"."rewards", "promotion"."priority", "promotion"."max_discount_minor", "promotion"."budget_uses", "promotion"."uses_per_member", "promotion"."used_count", "promotion"."version", "promotion"."created_at", "promotion"."updated_at"
    FROM "promotion"
    WHERE "promotion"."channel_id" = :channel_id AND "promotion"."coupon_required" = 'f' AND "promotion"."status" IN ('ACTIVE', 'SCHEDULED') AND ("promotion"."starts_at" IS NULL OR "promotion"."starts_at" <= now()) AND ("promotion"."ends_at" IS NULL OR "promotion"."ends_at" > now())
    ORDER BY "promotion"."priority" ASC;
SELECT "tax_rate"."id", "tax_rate"."channel_id", "tax_rate"."code", "tax_rate"."name", "tax_rate"."country_code", "tax_rate"."province", "tax_rate"."tax_class", "tax_rate"."rate_ppm", "tax_rate"."active"
    FROM "tax_rate"
    WHERE "tax_rate"."channel_id" = :channel_id AND "tax_rate"."active" = 't';
SELECT "product_translation"."product_id", "product_translation"."locale", "product_translation"."name", "product_translation"."slug", "product_translation"."description", "product_translation"."seo_title", "product_translation"."seo_description"
    FROM "product_translation"
    WHERE "product_translation"."product_id" IN (:product_id) AND "product_translation"."locale" IN ('en', 'en');
UPDATE "cart" SET "status" = 'ORDERED', "updated_at" = now()
    WHERE "cart"."id" = :cart_id
    RETURNING "id", "public_id", "channel_id", "member_id", "status", "email", "phone", "note", "shipping_address", "billing_address", "shipping_method_id", "points_to_spend", "locale", "version", "created_at", "updated_at";
INSERT INTO "order" ("id", "number", "channel_id", "cart_id", "member_id", "status", "payment_status", "fulfillment_status", "email", "phone", "note", "locale", "shipping_address", "billing_address", "shipping_method_id", "shipping_method_name", "currency", "tax_included", "subtotal_minor", "discount_minor", "shipping_minor", "tax_minor", "total_minor", "points_spent", "points_earned", "paid_minor", "refunded_minor", "token_hash", "placed_at", "payment_due_at", "confirmed_at", "promised_ship_at", "delivered_at", "closed_at", "version", "updated_at")
    VALUES (:order_id, :public_id, :channel_id, :cart_id, NULL, 'PLACED', 'NONE', 'UNFULFILLED', 'you@example.com', NULL, NULL, 'en', '{"city": "Berlin", "full_name": "You", "postal_code": "10115", "country_code": "DE", "street_line1": "1 High Street"}', NULL, :method_id, 'Standard parcel', 'EUR', 't', '700', '0', '490', '190', '1190', '0', '0', '0', '0', encode(sha256(:public_id::bytea), 'hex'), now(), now() + interval '1 hour', NULL, NULL, NULL, NULL, '1', now());
INSERT INTO "order_line" ("id", "order_id", "position", "variant_id", "sku", "product_name", "variant_name", "quantity", "cancelled_quantity", "fulfilled_quantity", "unit_price_minor", "compare_at_minor", "subtotal_minor", "discount_minor", "tax_minor", "total_minor", "tax_rate_ppm", "shippable")
    VALUES (:line_a, :order_id, '1', :variant_a, 'NOTE-1', 'Handwritten gift note', '', '1', '0', '0', '350', NULL, '700', '0', '112', '700', '190000', 't');
INSERT INTO "order_adjustment" ("id", "order_id", "order_line_id", "kind", "label", "amount_minor", "included", "source_id", "position")
    VALUES (gen_random_uuid(), :order_id, NULL, 'SHIPPING', 'Standard parcel', '490', 'f', 'shipping_method_01m80mwr71ed6sk63d8xq7cpmg', '1'), (gen_random_uuid(), :order_id, :line_a, 'TAX', 'VAT 19 %', '112', 't', 'tax_rate_01m80mwr39et9sg3rnc2a6b4jb', '2'), (gen_random_uuid(), :order_id, NULL, 'TAX', 'VAT 19 %', '78', 't', 'tax_rate_01m80mwr39et9sg3rnc2a6b4jb', '3');
INSERT INTO "order_event" ("id", "order_id", "kind", "message", "actor_kind", "actor_id", "is_public", "occurred_at")
    VALUES (gen_random_uuid(), :order_id, 'ORDER_PLACED', 'We received the order.', 'GUEST', NULL, 't', now());
INSERT INTO "outbox_message" ("id", "kind", "subject_kind", "subject_id", "payload", "status", "attempts", "next_attempt_at", "leased_until", "last_error", "created_at", "done_at")
    VALUES (gen_random_uuid(), 'order_event', 'order', :order_id, '{"kind": "order_event", "event": "ORDER_PLACED", "notify": true, "order_id": "00000000-0000-7000-8000-000000000000"}', 'PENDING', '0', now(), NULL, NULL, now(), NULL);
UPDATE "stock_level" SET "allocated" = "allocated" + '1', "updated_at" = now() WHERE "stock_level"."variant_id" = :variant_a AND "stock_level"."warehouse_id" = :warehouse_id AND ("on_hand" - "allocated" - "safety") + "backorder_limit" >= '1' RETURNING "id", "variant_id", "warehouse_id", "on_hand", "allocated", "incoming", "safety", "backorder_limit", "source_version", "updated_at";
INSERT INTO "stock_allocation" ("id", "order_id", "order_line_id", "variant_id", "warehouse_id", "quantity")
    VALUES (gen_random_uuid(), :order_id, :line_a, :variant_a, :warehouse_id, '1');
INSERT INTO "stock_movement" ("id", "variant_id", "warehouse_id", "kind", "on_hand_delta", "allocated_delta", "reason", "source_id", "actor_kind", "actor_id", "occurred_at")
    VALUES (gen_random_uuid(), :variant_a, :warehouse_id, 'ALLOCATION', '0', '1', NULL, :order_id, 'GUEST', NULL, now());
COMMIT;
