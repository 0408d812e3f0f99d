//! What is wanted and why.

use crate::text_enum;

text_enum! {
    /// What a buyer may want.
    pub enum AfterSaleKind {
        /// Goods back, money back.
        Return = "RETURN",
        /// Goods back, other goods sent.
        Exchange = "EXCHANGE",
        /// Money back, goods stay.
        RefundOnly = "REFUND_ONLY",
        /// A defect under warranty.
        WarrantyClaim = "WARRANTY_CLAIM",
    }
}

text_enum! {
    /// Why goods come back.
    pub enum AfterSaleReason {
        /// Not wanted any more.
        ChangedMind = "CHANGED_MIND",
        /// Does not fit.
        DoesNotFit = "DOES_NOT_FIT",
        /// Broken or faulty.
        Defective = "DEFECTIVE",
        /// Harmed in transport.
        Damaged = "DAMAGED",
        /// Something else came.
        WrongProduct = "WRONG_PRODUCT",
        /// Something is missing.
        Missing = "MISSING",
        /// Another reason.
        Other = "OTHER",
    }
}

text_enum! {
    /// How a case is made good.
    pub enum AfterSaleResolution {
        /// Money goes back.
        Refund = "REFUND",
        /// Other goods are sent.
        Replacement = "REPLACEMENT",
    }
}

text_enum! {
    /// Condition of goods that came back, from best to worst.
    pub enum AfterSaleCondition {
        /// As new; back to stock.
        Sellable = "SELLABLE",
        /// Not sellable.
        Damaged = "DAMAGED",
        /// Not what was sold.
        WrongProduct = "WRONG_PRODUCT",
        /// Not in the parcel.
        Missing = "MISSING",
    }
}

impl AfterSaleKind {
    /// Whether the goods travel back before anything is decided about money.
    #[must_use]
    pub fn wants_goods_back(self) -> bool {
        match self {
            Self::Return | Self::Exchange | Self::WarrantyClaim => true,
            Self::RefundOnly => false,
        }
    }

    /// How it is made good unless staff say otherwise.
    #[must_use]
    pub fn usual_resolution(self) -> AfterSaleResolution {
        match self {
            Self::Return | Self::RefundOnly => AfterSaleResolution::Refund,
            Self::Exchange | Self::WarrantyClaim => AfterSaleResolution::Replacement,
        }
    }

    /// Whether it can be made good this way: money always does, goods only where they are wanted.
    #[must_use]
    pub fn allows(self, resolution: AfterSaleResolution) -> bool {
        match resolution {
            AfterSaleResolution::Refund => true,
            AfterSaleResolution::Replacement => {
                self.usual_resolution() == AfterSaleResolution::Replacement
            }
        }
    }
}

impl AfterSaleReason {
    /// Whether the shop has to answer for it: it then bears the shipping too, and the buyer has longer to complain.
    #[must_use]
    pub fn is_shops_fault(self) -> bool {
        match self {
            Self::Defective | Self::Damaged | Self::WrongProduct | Self::Missing => true,
            Self::ChangedMind | Self::DoesNotFit | Self::Other => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AfterSaleKind as K;
    use super::AfterSaleResolution as R;

    #[test]
    fn goods_are_sent_only_where_they_are_wanted() {
        let cases = [
            (K::Return, R::Refund, false),
            (K::Exchange, R::Replacement, true),
            (K::RefundOnly, R::Refund, false),
            (K::WarrantyClaim, R::Replacement, true),
        ];
        for (kind, usual, may_be_replaced) in cases {
            assert_eq!(kind.usual_resolution(), usual, "{kind}");
            assert_eq!(kind.allows(R::Replacement), may_be_replaced, "{kind}");
            assert!(kind.allows(R::Refund), "{kind}");
        }
    }
}
