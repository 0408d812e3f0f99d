// The schema's lint: the recommended and the Relay rules of graphql-eslint, with the exceptions named and argued.
import plugin from '@graphql-eslint/eslint-plugin';

// Value types: they are parts of what holds them and never fetched or cached on their own.
const valueTypes = [
  'Actor', 'Address', 'Adjustment', 'AfterSaleAutoApproval', 'AfterSalePolicy', 'BundleComponent', 'BuyXGetYReward', 'CartPoints', 'CartProblem',
  'CartTender', 'Cost', 'CouponSaving', 'CreditBalanceRow', 'CreditTrialBalance',
  'AbandonedCartLine', 'AbandonedCartReport', 'AbandonedCartTotals', 'EvaluationMissing', 'EveryNthReward', 'FixedOffReward', 'FixedPriceReward', 'FlashSaleEntry', 'FreeShippingReward',
  'FulfillmentHold', 'GiftReward',
  'EventFeed', 'HourSpan', 'InvoiceIssuer', 'InvoiceLine', 'InvoiceTax', 'InvoiceTitle', 'LineCost', 'MemberTierChange', 'MemberTierTranslation', 'ModelNumberStock', 'Money', 'MoneyRange', 'NameTranslation',
  'OrderApproval', 'RefundApproval', 'OrderApprovalLevel', 'OrderChangePreview', 'OrderConfirmationLine', 'OrderLineComponent', 'OrderLineQuantity', 'OrderProposal', 'OrderTender', 'PageInfo', 'PaymentSession', 'PaymentTerms', 'PercentOffReward',
  'PointsBalanceRow', 'PointsExpiry',
  'PointsRedemption', 'PointsRuleVersion', 'PointsTrialBalance', 'Presale', 'PriceListEntry', 'PriceSource', 'PriceTier',
  'ProductAmount', 'ProductOption', 'ProductOptionValue', 'ProductQuantity', 'ProductSelector', 'ProductSet',
  'ProductTranslation', 'PromotionChange', 'PromotionCondition', 'PromotionDay', 'PromotionEvaluation', 'PromotionPerformance',
  'PromotionReward', 'PromotionSettings', 'PromotionSimulation', 'PromotionTraceStep', 'QuantityLimits', 'ReceivableAgeTotal', 'ReceivableAgeing', 'RefundBreakdown', 'SearchFacet',
  'SearchFacetValue', 'SearchIndexState', 'SearchSuggestions', 'SegmentBought', 'SegmentDays', 'SegmentOrders',
  'SegmentRule', 'SegmentSpent', 'SelectedOption', 'Seo', 'SessionTokens', 'ShippingOffReward', 'Shop', 'ShopPolicy',
  'SpendTier', 'StockAvailability', 'StockCheck', 'StockDrift', 'StoreCredit', 'TierProgress', 'TieredSpendReward', 'Tracking', 'TrackingEvent', 'UserError', 'Viewer',
];

export default [
  {
    files: ['**/schema.graphql'],
    languageOptions: { parser: plugin.parser, parserOptions: { graphQLConfig: { schema: './schema.graphql' } } },
    plugins: { '@graphql-eslint': plugin },
    rules: {
      ...plugin.configs['flat/schema-recommended'].rules,
      ...plugin.configs['flat/schema-relay'].rules,
      '@graphql-eslint/strict-id-in-types': ['error', {
        acceptedIdNames: ['id'],
        acceptedIdTypes: ['ID'],
        exceptions: { types: valueTypes, suffixes: ['Payload', 'Connection', 'Edge', 'UserError'] },
      }],
      '@graphql-eslint/relay-edge-types': ['error', {
        withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false,
      }],
      '@graphql-eslint/no-scalar-result-type-on-mutation': 'error',
      '@graphql-eslint/require-nullable-fields-with-oneof': 'error',
      '@graphql-eslint/require-nullable-result-in-root': 'warn',
      '@graphql-eslint/require-field-of-type-query-in-mutation-result': 'off',
    },
  },
];
