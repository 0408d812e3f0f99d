//! Invariants a query can state: each selects, as text, the rows that break it.

/// A statement about rows.
#[derive(Debug)]
pub struct Rule {
    /// Number and wording.
    pub name: &'static str,
    /// Selects the rows that break it as `offender`; `TEXT(x)` is an id as text.
    pub offenders: &'static str,
}

/// Transactions somebody opened and forgot, PostgreSQL only.
pub(super) const IDLE_IN_TRANSACTION: &str = "SELECT query AS offender FROM pg_stat_activity \
     WHERE datname = current_database() AND state LIKE 'idle in transaction%'";

/// All rules.
pub const RULES: &[Rule] = &[
    Rule {
        name: "I1 stock is within its bounds",
        offenders: "SELECT TEXT(id) AS offender FROM stock_level \
             WHERE on_hand < 0 OR allocated < 0 OR reserved < 0 OR allocated + reserved > on_hand + backorder_limit",
    },
    Rule {
        name: "I1 stock on hand is the sum of its movements",
        offenders: "SELECT TEXT(l.id) AS offender FROM stock_level l WHERE l.on_hand <> (SELECT COALESCE(SUM(m.on_hand_delta), 0) \
             FROM stock_movement m WHERE m.variant_id = l.variant_id AND m.warehouse_id = l.warehouse_id)",
    },
    Rule {
        name: "I1 allocated stock is the sum of its movements",
        offenders: "SELECT TEXT(l.id) AS offender FROM stock_level l WHERE l.allocated <> (SELECT COALESCE(SUM(m.allocated_delta), 0) \
             FROM stock_movement m WHERE m.variant_id = l.variant_id AND m.warehouse_id = l.warehouse_id)",
    },
    Rule {
        name: "I1 allocated stock is what orders were promised",
        offenders: "SELECT TEXT(l.id) AS offender FROM stock_level l WHERE l.allocated <> (SELECT COALESCE(SUM(a.quantity), 0) \
             FROM stock_allocation a WHERE a.variant_id = l.variant_id AND a.warehouse_id = l.warehouse_id \
             AND NOT EXISTS (SELECT 1 FROM order_line_component c WHERE c.order_line_id = a.order_line_id)) \
             + (SELECT COALESCE(SUM(a.quantity * c.quantity), 0) FROM stock_allocation a \
             JOIN order_line_component c ON c.order_line_id = a.order_line_id \
             WHERE c.variant_id = l.variant_id AND a.warehouse_id = l.warehouse_id)",
    },
    Rule {
        name: "I1 bundles have no stock of their own and no bundles in them",
        offenders: "SELECT v.sku AS offender FROM product_variant v WHERE v.bundle AND (EXISTS (SELECT 1 FROM stock_level l \
             WHERE l.variant_id = v.id AND (l.on_hand <> 0 OR l.allocated <> 0 OR l.reserved <> 0 OR l.incoming <> 0)) \
             OR EXISTS (SELECT 1 FROM bundle_component c WHERE c.component_id = v.id)) \
             OR v.bundle <> EXISTS (SELECT 1 FROM bundle_component c WHERE c.bundle_id = v.id)",
    },
    Rule {
        name: "I1 reserved stock is what carts hold",
        offenders: "SELECT TEXT(l.id) AS offender FROM stock_level l WHERE l.reserved <> (SELECT COALESCE(SUM(r.quantity), 0) \
             FROM stock_reservation r WHERE r.variant_id = l.variant_id AND r.warehouse_id = l.warehouse_id)",
    },
    Rule {
        name: "I1 carts hold no more than what is in them, and nothing once they are closed",
        offenders: "SELECT TEXT(r.cart_id) AS offender FROM stock_reservation r JOIN cart c ON c.id = r.cart_id \
             GROUP BY r.cart_id, r.variant_id, c.status HAVING c.status <> 'ACTIVE' OR SUM(r.quantity) > \
             (SELECT COALESCE(SUM(l.quantity), 0) FROM cart_line l WHERE l.cart_id = r.cart_id AND l.variant_id = r.variant_id) + \
             (SELECT COALESCE(SUM(l.quantity * b.quantity), 0) FROM cart_line l JOIN bundle_component b ON b.bundle_id = l.variant_id \
             WHERE l.cart_id = r.cart_id AND b.component_id = r.variant_id)",
    },
    Rule {
        name: "I1 closed orders hold no stock",
        offenders: "SELECT o.number AS offender FROM stock_allocation a JOIN \"order\" o ON o.id = a.order_id \
             WHERE o.status IN ('COMPLETED', 'CANCELLED', 'REJECTED', 'EXPIRED')",
    },
    Rule {
        name: "I1 live orders are promised exactly what is left to send",
        offenders: "SELECT o.number AS offender FROM order_line l JOIN \"order\" o ON o.id = l.order_id \
             WHERE o.status IN ('PLACED', 'AWAITING_APPROVAL', 'AWAITING_CONFIRMATION', 'CONFIRMED') \
             AND l.quantity - l.cancelled_quantity - l.fulfilled_quantity <> \
             (SELECT COALESCE(SUM(a.quantity), 0) FROM stock_allocation a WHERE a.order_line_id = l.id)",
    },
    Rule {
        name: "I2 a confirmed order has at most one settling payment of what was placed",
        offenders: "SELECT o.number AS offender FROM \"order\" o WHERE 1 < \
             (SELECT COUNT(*) FROM payment p WHERE p.order_id = o.id AND p.is_settling AND NOT p.for_change)",
    },
    Rule {
        name: "I2 a confirmed order is paid for, or promised what it waits to take: what counts, what is owed and what was set off make its total",
        offenders: "SELECT o.number AS offender FROM \"order\" o \
             WHERE o.status IN ('AWAITING_CONFIRMATION', 'CONFIRMED', 'COMPLETED') AND o.total_minor > o.tendered_minor + o.owed_minor + o.set_off_minor + \
             (SELECT COALESCE(SUM(CASE WHEN o.status = 'AWAITING_CONFIRMATION' AND p.is_settling AND p.authorized_minor > p.captured_minor \
             THEN p.authorized_minor ELSE p.captured_minor END), 0) FROM payment p WHERE p.order_id = o.id AND p.currency = o.currency) - \
             (SELECT COALESCE(SUM(a.amount_minor), 0) FROM refund_adjustment a JOIN refund r ON r.id = a.refund_id \
             WHERE r.order_id = o.id AND a.origin = 'SURPLUS')",
    },
    Rule {
        name: "I2 the documents of a billed order add up to what it comes to, once they have followed",
        offenders: "SELECT i.number AS offender FROM invoice i JOIN \"order\" o ON o.id = i.order_id \
             WHERE i.corrects_id IS NULL AND i.closed_at IS NULL AND NOT EXISTS (SELECT 1 FROM outbox_message m \
             WHERE m.kind = 'invoice_due' AND m.subject_id = o.id AND m.status <> 'DONE') \
             AND (SELECT SUM(d.total_minor) FROM invoice d WHERE d.id = i.id OR d.corrects_id = i.id) <> o.total_minor - \
             (SELECT COALESCE(SUM(l.total_minor), 0) FROM refund_line l JOIN refund r ON r.id = l.refund_id \
             WHERE r.order_id = o.id AND r.status <> 'FAILED') - \
             (SELECT COALESCE(SUM(a.amount_minor), 0) FROM refund_adjustment a JOIN refund r ON r.id = a.refund_id \
             WHERE r.order_id = o.id AND r.status <> 'FAILED' AND a.origin = 'PRICE' AND a.order_line_id IS NULL AND NOT a.included) - \
             (SELECT CASE WHEN SUM(a.amount_minor) > 0 THEN SUM(a.amount_minor) ELSE 0 END FROM refund_adjustment a \
             JOIN refund r ON r.id = a.refund_id WHERE r.order_id = o.id AND r.status <> 'FAILED' AND a.origin IN ('EXTRA', 'SHORT'))",
    },
    Rule {
        name: "I2 a cancelled invoice is credited as a whole",
        offenders: "SELECT i.number AS offender FROM invoice i WHERE i.closed_at IS NOT NULL AND 0 <> \
             (SELECT SUM(d.total_minor) FROM invoice d WHERE d.id = i.id OR d.corrects_id = i.id)",
    },
    Rule {
        name: "I2 a document is the sum of its lines",
        offenders: "SELECT i.number AS offender FROM invoice i WHERE i.total_minor <> \
             (SELECT COALESCE(SUM(l.total_minor), 0) FROM invoice_line l WHERE l.invoice_id = i.id) OR i.tax_minor <> \
             (SELECT COALESCE(SUM(l.tax_minor), 0) FROM invoice_line l WHERE l.invoice_id = i.id)",
    },
    Rule {
        name: "I2 numbers of documents have no gaps",
        offenders: "SELECT s.prefix AS offender FROM invoice_series s WHERE s.last_number <> (SELECT COUNT(*) FROM invoice i \
             WHERE i.channel_id = s.channel_id AND i.prefix = s.prefix AND i.year = s.year)",
    },
    Rule {
        name: "I2 what was set off is what refunds set off",
        offenders: "SELECT o.number AS offender FROM \"order\" o WHERE o.set_off_minor <> \
             (SELECT COALESCE(SUM(r.set_off_minor), 0) FROM refund r WHERE r.order_id = o.id)",
    },
    Rule {
        name: "I2 only a confirmed order owes, or one on account that is being checked; none is completed before it is paid",
        offenders: "SELECT o.number AS offender FROM \"order\" o WHERE o.owed_minor <> 0 AND o.status <> 'CONFIRMED' \
             AND NOT (o.status = 'AWAITING_CONFIRMATION' AND o.owed_minor = o.on_account_minor)",
    },
    Rule {
        name: "I2 no more stands on account than is owed, and only of orders that were taken on account",
        offenders: "SELECT o.number AS offender FROM \"order\" o WHERE o.on_account_minor > o.owed_minor \
             OR (o.on_account_minor > 0 AND (o.terms_days IS NULL OR o.member_id IS NULL)) OR (o.terms_due_on IS NOT NULL AND o.terms_days IS NULL)",
    },
    Rule {
        name: "I2 no member stands deeper on account than was agreed when the last order was placed",
        offenders: "SELECT TEXT(t.member_id) AS offender FROM payment_terms t JOIN \"order\" o ON o.member_id = t.member_id \
             AND o.channel_id = t.channel_id AND o.currency = t.currency AND o.on_account_minor > 0 \
             GROUP BY t.member_id, t.channel_id, t.limit_minor, t.updated_at \
             HAVING SUM(o.on_account_minor) > t.limit_minor AND t.updated_at <= MAX(o.placed_at)",
    },
    Rule {
        name: "I10 only a confirmed order has an open edit",
        offenders: "SELECT o.number AS offender FROM order_change c JOIN \"order\" o ON o.id = c.order_id \
             WHERE c.status = 'PENDING' AND o.status <> 'CONFIRMED'",
    },
    Rule {
        name: "I2 an order keeps no more than its total",
        offenders: "SELECT o.number AS offender FROM \"order\" o \
             WHERE o.status IN ('AWAITING_CONFIRMATION', 'CONFIRMED', 'COMPLETED') AND o.total_minor < o.tendered_minor + \
             (SELECT COALESCE(SUM(p.captured_minor), 0) FROM payment p WHERE p.order_id = o.id) - \
             (SELECT COALESCE(SUM(t.amount_minor), 0) FROM refund_transfer t JOIN refund r ON r.id = t.refund_id \
             WHERE r.order_id = o.id AND t.status <> 'FAILED')",
    },
    Rule {
        name: "I2 a payment holds what its events say",
        offenders: "SELECT TEXT(p.id) AS offender FROM payment p WHERE \
             p.captured_minor <> (SELECT COALESCE(SUM(e.amount_minor), 0) FROM payment_event e \
             WHERE e.payment_id = p.id AND e.kind = 'CAPTURED') OR \
             p.refunded_minor <> (SELECT COALESCE(SUM(CASE WHEN e.kind IN ('REFUNDED', 'CHARGED_BACK') THEN e.amount_minor \
             WHEN e.kind IN ('REFUND_REVERSED', 'CHARGEBACK_REVERSED') THEN -e.amount_minor ELSE 0 END), 0) FROM payment_event e \
             WHERE e.payment_id = p.id) OR p.refunded_minor > p.captured_minor",
    },
    Rule {
        name: "I2 money captured beside an order's settling payment went back or is on its way",
        offenders: "SELECT TEXT(p.id) AS offender FROM payment p WHERE NOT p.is_settling AND p.captured_minor > \
             (SELECT COALESCE(SUM(t.amount_minor), 0) FROM refund_transfer t WHERE t.payment_id = p.id AND t.status <> 'FAILED')",
    },
    Rule {
        name: "I2 orders that came to nothing keep no money",
        offenders: "SELECT o.number AS offender FROM payment p JOIN \"order\" o ON o.id = p.order_id \
             WHERE o.status IN ('CANCELLED', 'REJECTED', 'EXPIRED') AND p.captured_minor > \
             (SELECT COALESCE(SUM(t.amount_minor), 0) FROM refund_transfer t WHERE t.payment_id = p.id AND t.status <> 'FAILED')",
    },
    Rule {
        name: "I3 refunds do not exceed what was captured",
        offenders: "SELECT TEXT(p.id) AS offender FROM payment p WHERE p.captured_minor < \
             (SELECT COALESCE(SUM(t.amount_minor), 0) FROM refund_transfer t WHERE t.payment_id = p.id AND t.status <> 'FAILED')",
    },
    Rule {
        name: "I3 a refund is what its transfers bring",
        offenders: "SELECT TEXT(r.id) AS offender FROM refund r WHERE r.amount_minor <> \
             (SELECT COALESCE(SUM(t.amount_minor), 0) FROM refund_transfer t WHERE t.refund_id = r.id)",
    },
    Rule {
        name: "I3 a refund is the sum of its units and steps",
        offenders: "SELECT TEXT(r.id) AS offender FROM refund r WHERE r.amount_minor <> \
             (SELECT COALESCE(SUM(l.subtotal_minor), 0) FROM refund_line l WHERE l.refund_id = r.id) + \
             (SELECT COALESCE(SUM(a.amount_minor), 0) FROM refund_adjustment a WHERE a.refund_id = r.id AND NOT a.included)",
    },
    Rule {
        name: "I3 a unit goes back once, and all units bring back all that was paid for them",
        offenders: "SELECT l.sku AS offender FROM order_line l JOIN refund_line b ON b.order_line_id = l.id \
             JOIN refund r ON r.id = b.refund_id WHERE r.status <> 'FAILED' \
             GROUP BY l.id, l.sku, l.quantity, l.total_minor HAVING SUM(b.quantity) > l.quantity \
             OR SUM(b.total_minor) > l.total_minor \
             OR (SUM(b.quantity) = l.quantity AND SUM(b.total_minor) <> l.total_minor)",
    },
    Rule {
        name: "I3 no more of a step goes back than there was",
        offenders: "SELECT a.label AS offender FROM order_adjustment a JOIN refund_adjustment b ON b.order_adjustment_id = a.id \
             JOIN refund r ON r.id = b.refund_id WHERE r.status <> 'FAILED' GROUP BY a.id, a.label, a.amount_minor \
             HAVING ABS(SUM(b.amount_minor)) > ABS(a.amount_minor) OR (SUM(b.amount_minor) > 0 AND a.amount_minor < 0) OR (SUM(b.amount_minor) < 0 AND a.amount_minor > 0)",
    },
    Rule {
        name: "I4 a coupon's counter is its live uses and within its limit",
        offenders: "SELECT TEXT(c.id) AS offender FROM coupon c WHERE c.usage_limit IS NOT NULL AND (c.used_count > c.usage_limit \
             OR c.used_count <> (SELECT COUNT(*) FROM coupon_redemption r WHERE r.coupon_id = c.id AND r.status <> 'RESTORED'))",
    },
    Rule {
        name: "I4 a withdrawn coupon can be used no more",
        offenders: "SELECT TEXT(c.id) AS offender FROM coupon c WHERE c.status = 'AVAILABLE' AND c.revoke_reason IS NOT NULL",
    },
    Rule {
        name: "I4 nobody uses a coupon more often than one may",
        offenders: "SELECT r.code AS offender FROM coupon_redemption r JOIN coupon c ON c.id = r.coupon_id \
             WHERE c.uses_per_member IS NOT NULL AND r.status <> 'RESTORED' \
             GROUP BY r.coupon_id, r.code, r.buyer_key, c.uses_per_member HAVING COUNT(*) > c.uses_per_member",
    },
    Rule {
        name: "I4 a promotion's counter is its live uses and within its budget",
        offenders: "SELECT p.name AS offender FROM promotion p WHERE p.budget_uses IS NOT NULL AND (p.used_count > p.budget_uses \
             OR p.used_count <> (SELECT COUNT(*) FROM promotion_use u WHERE u.promotion_id = p.id AND u.released_at IS NULL))",
    },
    Rule {
        name: "I4 what a promotion gave away is the sum of its live uses and within its budget",
        offenders: "SELECT p.name AS offender FROM promotion p WHERE p.budget_minor IS NOT NULL AND (p.used_minor > p.budget_minor \
             OR p.used_minor <> (SELECT COALESCE(-SUM(u.discount_minor), 0) FROM promotion_use u WHERE u.promotion_id = p.id AND u.released_at IS NULL))",
    },
    Rule {
        name: "I4 nobody uses a promotion more often than one may",
        offenders: "SELECT p.name AS offender FROM promotion_use u JOIN promotion p ON p.id = u.promotion_id \
             WHERE p.uses_per_member IS NOT NULL AND u.released_at IS NULL \
             GROUP BY p.id, p.name, p.uses_per_member, u.buyer_key HAVING COUNT(*) > p.uses_per_member",
    },
    Rule {
        name: "I4 what is taken of a flash sale is what orders hold, within quota",
        offenders: "SELECT TEXT(e.id) AS offender FROM flash_sale_entry e WHERE (e.quota IS NOT NULL OR e.per_buyer IS NOT NULL) \
             AND (e.taken > COALESCE(e.quota, e.taken) OR e.taken <> (SELECT COALESCE(SUM(u.quantity), 0) FROM flash_sale_use u \
             WHERE u.entry_id = e.id AND u.released_at IS NULL))",
    },
    Rule {
        name: "I4 orders that came to nothing gave their coupons back",
        offenders: "SELECT o.number AS offender FROM coupon_redemption r JOIN \"order\" o ON o.id = r.order_id \
             JOIN coupon c ON c.id = r.coupon_id JOIN coupon_template t ON t.id = c.template_id \
             WHERE o.status IN ('CANCELLED', 'REJECTED', 'EXPIRED') AND r.status <> 'RESTORED' AND t.restorable",
    },
    Rule {
        name: "I4 orders that came to nothing hold nothing of a flash sale",
        offenders: "SELECT o.number AS offender FROM flash_sale_use u JOIN \"order\" o ON o.id = u.order_id \
             WHERE o.status IN ('CANCELLED', 'REJECTED', 'EXPIRED') AND u.released_at IS NULL",
    },
    Rule {
        name: "I5 a points transaction moves points, and makes none",
        offenders: "SELECT TEXT(t.id) AS offender FROM points_transaction t \
             WHERE 0 <> (SELECT COALESCE(SUM(p.points), 1) FROM points_posting p WHERE p.transaction_id = t.id)",
    },
    Rule {
        name: "I5 a points balance is the sum of its postings",
        offenders: "SELECT TEXT(a.id) AS offender FROM points_account a WHERE a.balance IS NOT NULL AND a.balance <> \
             (SELECT COALESCE(SUM(p.points), 0) FROM points_posting p WHERE p.account_id = a.id)",
    },
    Rule {
        name: "I5 held points are what open holds hold",
        offenders: "SELECT TEXT(a.id) AS offender FROM points_account a WHERE a.kind = 'MEMBER_HELD' AND a.balance <> \
             (SELECT COALESCE(SUM(h.points - h.returned), 0) FROM points_hold h WHERE h.member_id = a.member_id AND h.status = 'HELD')",
    },
    Rule {
        name: "I5 pending points are what pending lots hold",
        offenders: "SELECT TEXT(a.id) AS offender FROM points_account a WHERE a.kind = 'MEMBER_PENDING' AND a.balance <> \
             (SELECT COALESCE(SUM(l.remaining), 0) FROM points_lot l WHERE l.member_id = a.member_id AND l.status = 'PENDING')",
    },
    Rule {
        name: "I5 closed orders hold no points",
        offenders: "SELECT o.number AS offender FROM points_hold h JOIN \"order\" o ON o.id = h.order_id \
             WHERE h.status = 'HELD' AND o.status IN ('COMPLETED', 'CANCELLED', 'REJECTED', 'EXPIRED')",
    },
    Rule {
        name: "I5 refunds give back and take back no more points than an order spent and earned",
        offenders: "SELECT o.number AS offender FROM \"order\" o JOIN refund r ON r.order_id = o.id WHERE r.status <> 'FAILED' \
             GROUP BY o.id, o.number, o.points_spent, o.points_earned \
             HAVING SUM(r.points_restored) > o.points_spent OR SUM(r.points_clawed_back) > o.points_earned",
    },
    Rule {
        name: "I5 a line of gift cards and credit moves money, and makes none",
        offenders: "SELECT TEXT(t.id) AS offender FROM credit_transaction t \
             WHERE 0 <> (SELECT COALESCE(SUM(p.amount_minor), 1) FROM credit_posting p WHERE p.transaction_id = t.id)",
    },
    Rule {
        name: "I5 a balance of gift cards and credit is the sum of its postings, and never negative",
        offenders: "SELECT TEXT(a.id) AS offender FROM credit_account a WHERE a.balance_minor IS NOT NULL AND (a.balance_minor < 0 \
             OR a.balance_minor <> (SELECT COALESCE(SUM(p.amount_minor), 0) FROM credit_posting p WHERE p.account_id = a.id))",
    },
    Rule {
        name: "I5 held gift cards and credit are what orders hold",
        offenders: "SELECT TEXT(a.id) AS offender FROM credit_account a WHERE a.kind = 'HELD' AND a.balance_minor <> \
             (SELECT COALESCE(SUM(t.amount_minor - t.returned_minor), 0) FROM order_tender t \
             WHERE t.owner_id = a.owner_id AND t.currency = a.currency AND t.status = 'HELD')",
    },
    Rule {
        name: "I5 an order is paid with the gift cards and credit it holds or spent",
        offenders: "SELECT o.number AS offender FROM \"order\" o WHERE o.tendered_minor <> \
             (SELECT COALESCE(SUM(t.amount_minor), 0) FROM order_tender t WHERE t.order_id = o.id) - \
             (SELECT COALESCE(SUM(c.amount_minor), 0) FROM credit_transaction c \
             WHERE c.order_id = o.id AND c.kind = 'RELEASE' AND c.source_kind = 'order_tender')",
    },
    Rule {
        name: "I5 what went back on cards and as credit is what refunds say",
        offenders: "SELECT o.number AS offender FROM \"order\" o WHERE o.credited_minor <> \
             (SELECT COALESCE(SUM(t.amount_minor), 0) FROM refund_transfer t JOIN refund r ON r.id = t.refund_id \
             WHERE r.order_id = o.id AND t.way <> 'PAYMENT' AND t.status = 'SUCCEEDED')",
    },
    Rule {
        name: "I5 no more goes back to a gift card or credit than it paid",
        offenders: "SELECT TEXT(t.id) AS offender FROM order_tender t WHERE t.amount_minor < \
             (SELECT COALESCE(SUM(b.amount_minor), 0) FROM refund_transfer b WHERE b.order_tender_id = t.id)",
    },
    Rule {
        name: "I5 closed orders hold no gift cards and no credit",
        offenders: "SELECT o.number AS offender FROM order_tender t JOIN \"order\" o ON o.id = t.order_id \
             WHERE t.status = 'HELD' AND o.status IN ('CONFIRMED', 'COMPLETED', 'CANCELLED', 'REJECTED', 'EXPIRED')",
    },
    Rule {
        name: "I6 one outcome per actor, operation and key",
        offenders: "SELECT operation AS offender FROM idempotency_record \
             GROUP BY actor_key, operation, key HAVING COUNT(*) > 1",
    },
    // The feed forgets after a while: once its first event is gone, only orders younger than what is left are looked at.
    Rule {
        name: "I8 every order's placing was announced",
        offenders: "SELECT o.number AS offender FROM \"order\" o WHERE NOT EXISTS \
             (SELECT 1 FROM outbox_message m WHERE m.kind = 'event' AND m.subject_id = o.id) \
             AND NOT EXISTS (SELECT 1 FROM event e WHERE e.subject_id = o.id) \
             AND (o.placed_at >= (SELECT MIN(published_at) FROM event) OR NOT EXISTS \
             (SELECT 1 FROM event_head h WHERE h.position > 0 AND NOT EXISTS \
             (SELECT 1 FROM event f WHERE f.channel_id = h.channel_id AND f.position = 1)))",
    },
    Rule {
        name: "I8 the events of an object are counted without a gap",
        offenders: "SELECT MIN(kind) AS offender FROM event WHERE position IS NOT NULL GROUP BY subject_id \
             HAVING MAX(sequence) - MIN(sequence) + 1 <> COUNT(*)",
    },
    Rule {
        name: "I8 the places of a feed are counted without a gap",
        offenders: "SELECT MIN(e.kind) AS offender FROM event e JOIN event_head h ON h.channel_id = e.channel_id \
             GROUP BY e.channel_id, h.position HAVING MAX(e.position) <> h.position \
             OR MAX(e.position) - MIN(e.position) + 1 <> COUNT(e.position)",
    },
    Rule {
        name: "I8 every order has its history",
        offenders: "SELECT o.number AS offender FROM \"order\" o WHERE NOT EXISTS \
             (SELECT 1 FROM order_event e WHERE e.order_id = o.id)",
    },
    Rule {
        name: "I10 a cart that became an order is closed",
        offenders: "SELECT o.number AS offender FROM \"order\" o JOIN cart c ON c.id = o.cart_id WHERE c.status <> 'ORDERED' \
             AND NOT (c.status = 'FROZEN' AND o.status IN ('DRAFT', 'CANCELLED'))",
    },
    Rule {
        name: "I10 a cart that is left can be found by the hour of its last change",
        offenders: "SELECT TEXT(id) AS offender FROM cart WHERE status = 'ACTIVE' \
             AND SUBSTR(CAST(active_hour AS text), 1, 13) <> SUBSTR(CAST(updated_at AS text), 1, 13)",
    },
    Rule {
        name: "I10 a draft holds nothing",
        offenders: "SELECT o.number AS offender FROM \"order\" o WHERE o.status = 'DRAFT' AND (o.tendered_minor <> 0 \
             OR EXISTS (SELECT 1 FROM stock_allocation a WHERE a.order_id = o.id) OR EXISTS (SELECT 1 FROM points_hold h WHERE h.order_id = o.id) \
             OR EXISTS (SELECT 1 FROM coupon_redemption r WHERE r.order_id = o.id) OR EXISTS (SELECT 1 FROM promotion_use u WHERE u.order_id = o.id) \
             OR EXISTS (SELECT 1 FROM flash_sale_use u WHERE u.order_id = o.id) OR EXISTS (SELECT 1 FROM payment p WHERE p.order_id = o.id))",
    },
    Rule {
        name: "I10 an order's lines are sent or cancelled at most once",
        offenders: "SELECT sku AS offender FROM order_line WHERE cancelled_quantity + fulfilled_quantity > quantity",
    },
    Rule {
        name: "I10 an order waits for approval exactly while somebody has to approve it, and each approver is another",
        offenders: "SELECT o.number AS offender FROM \"order\" o WHERE (o.status = 'AWAITING_APPROVAL') <> \
             EXISTS (SELECT 1 FROM order_approval a WHERE a.order_id = o.id AND a.status = 'PENDING') \
             OR EXISTS (SELECT 1 FROM order_approval a JOIN order_approval b ON b.order_id = a.order_id AND b.level > a.level \
             AND b.approver_id = a.approver_id WHERE a.order_id = o.id) \
             OR EXISTS (SELECT 1 FROM order_approval a WHERE a.order_id = o.id AND a.approver_id = a.author_id)",
    },
    Rule {
        name: "I10 only an order that waits for it has an open counter-proposal",
        offenders: "SELECT o.number AS offender FROM order_proposal p JOIN \"order\" o ON o.id = p.order_id \
             WHERE p.status = 'PENDING' AND o.status <> 'AWAITING_CONFIRMATION'",
    },
    Rule {
        name: "I10 units called off of an order that lives on have their cancellation",
        offenders: "SELECT l.sku AS offender FROM order_line l JOIN \"order\" o ON o.id = l.order_id \
             WHERE o.status IN ('CONFIRMED', 'COMPLETED') AND l.cancelled_quantity <> \
             (SELECT COALESCE(SUM(u.quantity), 0) FROM order_cancellation_line u JOIN order_cancellation c ON c.id = u.cancellation_id \
             WHERE u.order_line_id = l.id AND c.status = 'ACCEPTED')",
    },
    Rule {
        name: "I10 what was sent is in a parcel",
        offenders: "SELECT l.sku AS offender FROM order_line l WHERE l.fulfilled_quantity <> \
             (SELECT COALESCE(SUM(f.quantity), 0) FROM fulfillment_line f JOIN fulfillment p ON p.id = f.fulfillment_id \
             WHERE f.order_line_id = l.id AND p.status IN ('SHIPPED', 'DELIVERED', 'LOST', 'RETURNED_TO_SENDER'))",
    },
    Rule {
        name: "I13 what came back of a line was accepted by its cases, and is no more than was sent",
        offenders: "SELECT l.sku AS offender FROM order_line l WHERE l.returned_quantity > l.fulfilled_quantity \
             OR l.returned_quantity <> (SELECT COALESCE(SUM(c.accepted_quantity), 0) FROM after_sale_line c \
             JOIN after_sale a ON a.id = c.after_sale_id WHERE c.order_line_id = l.id AND a.kind <> 'REFUND_ONLY' \
             AND a.status IN ('INSPECTED', 'REFUNDED', 'REPLACEMENT_SENT', 'PARTIALLY_ACCEPTED'))",
    },
    Rule {
        name: "I13 a unit is claimed once, and only when it was sent",
        offenders: "SELECT l.sku AS offender FROM order_line l WHERE l.fulfilled_quantity < (SELECT COALESCE(SUM( \
             CASE WHEN a.status IN ('REQUESTED', 'APPROVED', 'IN_TRANSIT', 'RECEIVED') THEN c.quantity \
             WHEN a.status IN ('INSPECTED', 'REFUNDED', 'REPLACEMENT_SENT', 'PARTIALLY_ACCEPTED') THEN c.accepted_quantity \
             ELSE 0 END), 0) FROM after_sale_line c JOIN after_sale a ON a.id = c.after_sale_id WHERE c.order_line_id = l.id)",
    },
    Rule {
        name: "I13 what went back to stock is what cases found sellable, and what carriers brought back",
        offenders: "SELECT o.number AS offender FROM \"order\" o WHERE (SELECT COALESCE(SUM(m.on_hand_delta), 0) FROM stock_movement m \
             WHERE m.source_id = o.id AND m.kind = 'RETURN') <> (SELECT COALESCE(SUM(f.quantity * (SELECT COALESCE(SUM(b.quantity), 1) \
             FROM order_line_component b WHERE b.order_line_id = f.order_line_id)), 0) FROM fulfillment_line f \
             JOIN fulfillment p ON p.id = f.fulfillment_id WHERE p.order_id = o.id AND p.restocked) + (SELECT COALESCE(SUM(c.restocked_quantity * \
             (SELECT COALESCE(SUM(b.quantity), 1) FROM order_line_component b WHERE b.order_line_id = c.order_line_id)), 0) FROM after_sale_line c \
             JOIN after_sale a ON a.id = c.after_sale_id WHERE a.order_id = o.id)",
    },
    Rule {
        name: "I13 a case that was paid out has its refund",
        offenders: "SELECT number AS offender FROM after_sale WHERE (status = 'REFUNDED') AND refund_id IS NULL \
             OR (status = 'REPLACEMENT_SENT' AND replacement_order_id IS NULL)",
    },
    Rule {
        name: "I12 a session has at most one refresh token that can be used",
        offenders: "SELECT TEXT(session_id) AS offender FROM refresh_token WHERE used_at IS NULL \
             GROUP BY session_id HAVING COUNT(*) > 1",
    },
];
