//! The cost of each operation of a document.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Pos, Variables};

use super::build::build;
use super::expression::{Expression, Rows};
use super::size::{SizeError, SizeVariable};
use crate::graphql::limits::DEFAULT_PAGE;
use crate::graphql::limits::index::SchemaIndex;

/// A plain list of the document: what it was expected to hold, and what one row of it costs.
#[derive(Clone, Debug)]
pub(super) struct ListFacts {
    pub(super) rows: Rows,
    pub(super) row: Arc<Expression>,
}

/// The cost of a document's operations, and what its lists and variables contribute.
#[derive(Debug, Default)]
pub struct CostPlan {
    pub(super) operations: HashMap<Option<String>, Expression>,
    pub(super) variables: Vec<SizeVariable>,
    pub(super) lists: HashMap<Pos, ListFacts>,
}

impl CostPlan {
    /// Works out the cost of every operation. The document's shape must have been checked: it bounds the work.
    ///
    /// # Errors
    /// When a page size written in the document is out of bounds.
    pub fn new(document: &ExecutableDocument, index: &SchemaIndex) -> Result<Self, SizeError> {
        build(document, index)
    }

    /// The numbers of rows a request's variables give, in the plan's order.
    ///
    /// # Errors
    /// When one is out of bounds.
    pub fn sizes(&self, variables: &Variables) -> Result<Vec<u64>, SizeError> {
        self.variables
            .iter()
            .map(|variable| variable.size(variables))
            .collect()
    }

    /// The most objects an operation may resolve with these sizes.
    #[must_use]
    pub fn cost(&self, operation: Option<&str>, sizes: &[u64]) -> u64 {
        let known = match operation {
            // The common case needs no owned key.
            None => self.operations.get(&None),
            Some(name) => self.operations.get(&Some(name.to_owned())),
        };
        known.map_or(0, |expression| expression.value(sizes, DEFAULT_PAGE))
    }

    /// What a list at this place of the document costs beyond its declared weight.
    #[must_use]
    pub fn excess(&self, position: Pos, rows: u64, sizes: &[u64]) -> u64 {
        let Some(list) = self.lists.get(&position) else {
            return 0;
        };
        match rows.checked_sub(list.rows.value(sizes)) {
            None | Some(0) => 0,
            Some(excess) => list.row.value(sizes, DEFAULT_PAGE).saturating_mul(excess),
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::{Variables, value};

    use super::CostPlan;
    use crate::graphql::limits::cost::SizeError;
    use crate::graphql::limits::index::SchemaIndex;

    const SDL: &str = "
        type Query { shop: Shop! node(id: ID!): Node nodes(ids: [ID!]!): [Node]!
                     products(first: Int, last: Int): ProductConnection! }
        type Mutation { rename(name: String): Product }
        interface Node { id: ID! }
        type Shop { name: String! }
        type ProductConnection { edges: [ProductEdge!]! nodes: [Product!]! facets: [Facet!]! pageInfo: PageInfo! }
        type ProductEdge { cursor: String! node: Product! }
        type PageInfo { hasNextPage: Boolean! }
        type Facet { key: String! }
        type Product implements Node { id: ID! tags: [String!]! variants: [Variant!]! price: Money }
        type Variant implements Node { id: ID! price: Money }
        type Money { amount: String! }
    ";

    fn plan(source: &str) -> Result<CostPlan, SizeError> {
        let index = SchemaIndex::from_sdl(SDL).expect("the SDL parses");
        CostPlan::new(&parse_query(source).expect("the document parses"), &index)
    }

    fn cost(
        source: &str,
        operation: Option<&str>,
        variables: &Variables,
    ) -> Result<u64, SizeError> {
        let plan = plan(source)?;
        Ok(plan.cost(operation, &plan.sizes(variables)?))
    }

    #[test]
    fn objects_pages_and_lists_are_counted() {
        for (source, expected) in [
            ("{ __typename }", 0),
            ("{ shop { name } }", 1),
            ("{ products { pageInfo { hasNextPage } } }", 2),
            ("{ products { nodes { id tags } } }", 21),
            (
                "{ products(first: 3) { nodes { id price { amount } } } }",
                7,
            ),
            ("{ products(last: 3) { edges { node { id } } } }", 7),
            (
                "{ products(first: 3, last: 5) { edges { cursor } nodes { id } } }",
                11,
            ),
            (
                "{ products(first: 2) { nodes { variants { price { amount } } } } }",
                43,
            ),
            (
                "{ products(first: 2) { ...P } } fragment P on ProductConnection { nodes { id } }",
                3,
            ),
            (
                "{ a: products(first: 2) { ...P } b: products(first: 4) { ...P } } fragment P on ProductConnection { nodes { id } }",
                8,
            ),
            (
                "{ node(id: 1) { ... on Product { price { amount } } ... on Variant { price { amount } } } }",
                3,
            ),
            ("{ nodes(ids: [1, 2, 3]) { id } }", 3),
            ("{ products(first: 0) { facets { key } } }", 11),
            ("{ nobody { knows } }", 0),
        ] {
            assert_eq!(
                cost(source, None, &Variables::default()),
                Ok(expected),
                "{source}"
            );
        }
    }

    #[test]
    fn variables_fill_in_page_sizes() {
        let source = "query Q($n: Int, $ids: [ID!]!) { products(first: $n) { nodes { id } } nodes(ids: $ids) { id } }";
        let with = |variables| cost(source, Some("Q"), &Variables::from_value(variables));
        assert_eq!(with(value!({ "n": 7, "ids": ["a", "b"] })), Ok(10));
        assert_eq!(with(value!({ "ids": [] })), Ok(21));
        assert_eq!(with(value!({ "n": null, "ids": "one" })), Ok(22));
        assert!(with(value!({ "n": 101, "ids": [] })).is_err());
        assert!(with(value!({ "n": -1, "ids": [] })).is_err());
    }

    #[test]
    fn literal_sizes_out_of_bounds_are_refused() {
        assert!(plan("{ products(first: 101) { nodes { id } } }").is_err());
        assert!(plan("{ products(last: -1) { nodes { id } } }").is_err());
        assert!(plan("{ products(last: 99999999999999999999) { nodes { id } } }").is_err());
        assert!(plan("{ products(first: 100) { nodes { id } } }").is_ok());
    }

    #[test]
    fn a_longer_list_costs_its_excess_rows() {
        let source = "{ products(first: 2) {\n nodes {\n variants { price { amount } } } } }";
        let plan = plan(source).expect("sizes are in bounds");
        let position = async_graphql::Pos { line: 3, column: 2 };
        assert_eq!(plan.excess(position, 10, &[]), 0);
        assert_eq!(plan.excess(position, 13, &[]), 6);
    }
}
