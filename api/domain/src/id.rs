//! Typed ids and their public text: the type in `snake_case`, `_`, and 26 Crockford base32 characters.
//!
//! A product's id cannot be passed where a member's is wanted, neither in Rust nor over the API.

use uuid::Uuid;

/// Characters of an id behind its prefix.
const TEXT_LENGTH: usize = 26;

/// Why a text is no id of the wanted type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is an id of another type.
    #[error("this is the id of a {found}, not of a {expected}")]
    WrongType {
        /// Prefix of the wanted type.
        expected: &'static str,
        /// Prefix of the text.
        found: String,
    },
    /// The text is no id at all.
    #[error("this is no id of a {expected}")]
    Malformed {
        /// Prefix of the wanted type.
        expected: &'static str,
    },
}

/// A typed id: a UUID that knows what it names.
pub trait TypedId: Copy + Eq + From<Uuid> + 'static {
    /// Text before the underscore, such as `product_variant`.
    const PREFIX: &'static str;

    /// Gives the bare UUID, as stored.
    fn uuid(self) -> Uuid;

    /// Reads the public text of an id.
    ///
    /// # Errors
    ///
    /// [`IdError::WrongType`] for an id of another type, [`IdError::Malformed`] for anything else.
    fn parse(text: &str) -> Result<Self, IdError> {
        match split(text) {
            Some((prefix, uuid)) if prefix == Self::PREFIX => Ok(Self::from(uuid)),
            Some((prefix, _)) => Err(IdError::WrongType {
                expected: Self::PREFIX,
                found: prefix.to_owned(),
            }),
            None => Err(IdError::Malformed {
                expected: Self::PREFIX,
            }),
        }
    }
}

macro_rules! typed_ids {
    ($($(#[$meta:meta])* $name:ident = $prefix:literal),+ $(,)?) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(pub Uuid);

            impl TypedId for $name {
                const PREFIX: &'static str = $prefix;

                fn uuid(self) -> Uuid {
                    self.0
                }
            }

            impl From<Uuid> for $name {
                fn from(uuid: Uuid) -> Self {
                    Self(uuid)
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    write!(formatter, "{}_{}", $prefix, encode(self.0.as_u128()))
                }
            }

            impl std::str::FromStr for $name {
                type Err = IdError;

                fn from_str(text: &str) -> Result<Self, Self::Err> {
                    Self::parse(text)
                }
            }
        )+

        /// Every prefix in use, to tell an id of an unknown type from one that is only unknown.
        pub const PREFIXES: &[&str] = &[$($prefix),+];
    };
}

typed_ids! {
    /// A sales channel.
    ChannelId = "channel",
    /// A product.
    ProductId = "product",
    /// A variant of a product: what has a SKU, a price and stock.
    ProductVariantId = "product_variant",
    /// A category.
    CategoryId = "category",
    /// A collection.
    CollectionId = "collection",
    /// An image or video.
    MediaId = "media",
    /// A line of a cart.
    CartLineId = "cart_line",
    /// A promotion.
    PromotionId = "promotion",
    /// What coupons are made from.
    CouponTemplateId = "coupon_template",
    /// A coupon.
    CouponId = "coupon",
    /// A member's points.
    PointsAccountId = "points_account",
    /// A line of the points ledger.
    PointsEntryId = "points_entry",
    /// A gift card.
    GiftCardId = "gift_card",
    /// A line of the ledger of gift cards and store credit.
    CreditEntryId = "credit_entry",
    /// A rule by which points are earned.
    PointsRuleId = "points_rule",
    /// An adjustment of points that waits for a second staff member.
    PointsAdjustmentId = "points_adjustment",
    /// A buyer with an account.
    MemberId = "member",
    /// An address in a member's book.
    MemberAddressId = "member_address",
    /// A level of membership.
    MemberTierId = "member_tier",
    /// Prices beside those of the variants themselves.
    PriceListId = "price_list",
    /// A group of members.
    MemberGroupId = "member_group",
    /// Members described by a rule.
    SegmentId = "segment",
    /// A place where somebody is logged in.
    SessionId = "session",
    /// A user of the console.
    StaffId = "staff",
    /// A named set of permissions.
    RoleId = "role",
    /// A key for a program.
    ApiKeyId = "api_key",
    /// An order.
    OrderId = "order",
    /// A line of an order.
    OrderLineId = "order_line",
    /// An entry of an order's timeline.
    OrderTimelineEntryId = "order_timeline_entry",
    /// A question to the back office.
    OrderConfirmationRequestId = "order_confirmation_request",
    /// A cancellation, asked for or done.
    OrderCancellationId = "order_cancellation",
    /// An edit of a placed order.
    OrderChangeId = "order_change",
    /// An attempt to pay.
    PaymentId = "payment",
    /// Something that happened to a payment.
    PaymentEventId = "payment_event",
    /// Money given back.
    RefundId = "refund",
    /// Money that fits no payment the shop knows.
    UnmatchedPaymentId = "unmatched_payment",
    /// A provider's list of what it settled.
    SettlementImportId = "settlement_import",
    /// A line of such a list.
    SettlementLineId = "settlement_line",
    /// A refund that people have to approve.
    RefundRequestId = "refund_request",
    /// An invoice or a credit note.
    InvoiceId = "invoice",
    /// Units sent together.
    FulfillmentId = "fulfillment",
    /// A return, exchange or claim.
    AfterSaleId = "after_sale",
    /// Units in an after-sale case.
    AfterSaleLineId = "after_sale_line",
    /// A warehouse.
    WarehouseId = "warehouse",
    /// Stock of a variant at a warehouse.
    StockLevelId = "stock_level",
    /// A cart that was left.
    AbandonedCartId = "abandoned_cart",
    /// A buyer who waits for stock.
    StockAlertId = "stock_alert",
    /// A change of stock.
    StockMovementId = "stock_movement",
    /// Units held by a cart.
    StockReservationId = "stock_reservation",
    /// A way to ship.
    ShippingMethodId = "shipping_method",
    /// A way to pay.
    PaymentMethodId = "payment_method",
    /// Background work.
    JobId = "job",
    /// A flash sale.
    FlashSaleId = "flash_sale",
    /// A tax rate.
    TaxRateId = "tax_rate",
    /// A message of a payment provider.
    PaymentMessageId = "payment_message",
    /// Something that happened, as told to others.
    EventId = "event",
    /// A change somebody made, as it was written down.
    AuditEntryId = "audit_entry",
    /// An address that gets events.
    WebhookId = "webhook",
    /// One event sent to one webhook.
    WebhookDeliveryId = "webhook_delivery",
}

/// Splits a public id into its prefix and the UUID; `None` when it is not written as one.
///
/// Only the canonical spelling counts, so that two texts never name one row. The prefix need not be a known one.
#[must_use]
pub fn split(text: &str) -> Option<(&str, Uuid)> {
    let (prefix, encoded) = text.rsplit_once('_')?;
    if prefix.is_empty() {
        return None;
    }
    Some((prefix, Uuid::from_u128(decode(encoded)?)))
}

/// Writes 128 bits as 26 lower-case Crockford base32 characters, most significant first.
#[must_use]
pub fn encode(bits: u128) -> String {
    (0..TEXT_LENGTH)
        .rev()
        .map(|place| {
            let [low, ..] = (bits >> (5 * place)).to_le_bytes();
            symbol(low & 0x1f)
        })
        .collect()
}

/// Reads what [`encode`] wrote; `None` for any other text.
#[must_use]
pub fn decode(text: &str) -> Option<u128> {
    if text.len() != TEXT_LENGTH {
        return None;
    }
    text.bytes().try_fold(0_u128, |bits, byte| {
        // The first character holds three bits only; a larger one would be cut off silently.
        (bits >> 123 == 0).then_some((bits << 5) | u128::from(value(byte)?))
    })
}

fn symbol(value: u8) -> char {
    char::from(match value {
        0..=9 => b'0' + value,
        10..=17 => b'a' + (value - 10),
        18..=19 => b'j' + (value - 18),
        20..=21 => b'm' + (value - 20),
        22..=26 => b'p' + (value - 22),
        _ => b'v' + (value.min(31) - 27),
    })
}

fn value(symbol: u8) -> Option<u8> {
    match symbol {
        b'0'..=b'9' => Some(symbol - b'0'),
        b'a'..=b'h' => Some(symbol - b'a' + 10),
        b'j'..=b'k' => Some(symbol - b'j' + 18),
        b'm'..=b'n' => Some(symbol - b'm' + 20),
        b'p'..=b't' => Some(symbol - b'p' + 22),
        b'v'..=b'z' => Some(symbol - b'v' + 27),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::{any, proptest};
    use uuid::Uuid;

    use super::{IdError, MemberId, PREFIXES, ProductId, ProductVariantId, TypedId, decode, split};

    #[test]
    fn an_id_is_its_prefix_and_26_characters() {
        assert_eq!(
            ProductId(Uuid::nil()).to_string(),
            "product_00000000000000000000000000"
        );
        assert_eq!(
            ProductVariantId(Uuid::max()).to_string(),
            "product_variant_7zzzzzzzzzzzzzzzzzzzzzzzzz"
        );
        assert_eq!(
            MemberId(Uuid::from_u128(0x0190_1234_5678_7abc_8def_0123_4567_89ab)).to_string(),
            "member_01j0938nkrfay8vvr14d2pf2db"
        );
    }

    #[test]
    fn an_id_of_another_type_names_both() {
        let text = ProductVariantId(Uuid::nil()).to_string();
        assert_eq!(
            ProductId::parse(&text),
            Err(IdError::WrongType {
                expected: "product",
                found: "product_variant".to_owned()
            })
        );
    }

    #[test]
    fn malformed_ids_are_refused() {
        for text in [
            "",
            "_",
            "product",
            "product_",
            "product_1",
            "_00000000000000000000000000",
            "product_0000000000000000000000000",
            "product_000000000000000000000000000",
            "product_0000000000000000000000000O",
            "product_0000000000000000000000000A",
            "product_0000000000000000000000000u",
            "product_80000000000000000000000000",
            "product_zzzzzzzzzzzzzzzzzzzzzzzzzz",
            "product_0000000000000000000000000é",
        ] {
            assert_eq!(
                ProductId::parse(text),
                Err(IdError::Malformed {
                    expected: "product"
                }),
                "{text}"
            );
        }
    }

    #[test]
    fn prefixes_differ() {
        let distinct: HashSet<_> = PREFIXES.iter().collect();
        assert_eq!(distinct.len(), PREFIXES.len());
    }

    proptest! {
        #[test]
        fn ids_survive_their_text(bits in any::<u128>()) {
            let id = ProductId(Uuid::from_u128(bits));
            let text = id.to_string();
            assert_eq!(ProductId::parse(&text), Ok(id));
            assert_eq!(split(&text), Some(("product", id.uuid())));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,40}") {
            let _ = split(&text);
            let _ = decode(&text);
        }

        #[test]
        fn ids_sort_as_their_texts_do(left in any::<u128>(), right in any::<u128>()) {
            let (left, right) = (ProductId(Uuid::from_u128(left)), ProductId(Uuid::from_u128(right)));
            assert_eq!(left.cmp(&right), left.to_string().cmp(&right.to_string()));
        }
    }
}
