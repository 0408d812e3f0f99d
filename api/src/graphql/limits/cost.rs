//! What a document may resolve at most: every object costs 1, a connection multiplies by its page, a plain list by its
//! declared weight.
//!
//! The cost is worked out once per document as an expression in which only the page sizes given by variables are open;
//! a request then fills in its numbers.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Number, Pos, Positioned, Value, Variables};
use thiserror::Error;

use super::index::{FieldKind, SchemaIndex};
use super::weight::Weight;
use super::{DEFAULT_PAGE, MAX_PAGE};

/// A number of rows asked for that no list gives.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{argument}` must be between 0 and {MAX_PAGE}.")]
pub struct SizeError {
    /// The argument.
    pub argument: &'static str,
    /// Where it stands in the document.
    pub position: Pos,
}

/// A number of rows: known from the document, or from a variable of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rows {
    Fixed(u64),
    Variable(usize),
}

/// A cost with open page sizes.
#[derive(Clone, Debug)]
enum Expression {
    Fixed(u64),
    Sum(Vec<Expression>),
    /// So many times the inner cost.
    Times(Rows, Arc<Expression>),
    /// The inner cost as often as the connection around it has rows.
    PerRow(Arc<Expression>),
    /// A connection: the longest of these sizes is what `PerRow` means inside.
    Page(Vec<Rows>, Arc<Expression>),
    /// A fragment used in several places.
    Shared(Arc<Expression>),
}

impl Expression {
    fn value(&self, sizes: &[u64], page: u64) -> u64 {
        match self {
            Self::Fixed(cost) => *cost,
            Self::Sum(parts) => parts
                .iter()
                .fold(0, |sum, part| part.value(sizes, page).saturating_add(sum)),
            Self::Times(rows, item) => item.value(sizes, page).saturating_mul(rows.value(sizes)),
            Self::PerRow(item) => item.value(sizes, page).saturating_mul(page),
            Self::Page(choices, inner) => {
                let page = choices
                    .iter()
                    .map(|rows| rows.value(sizes))
                    .max()
                    .unwrap_or(DEFAULT_PAGE);
                inner.value(sizes, page)
            }
            Self::Shared(inner) => inner.value(sizes, page),
        }
    }

    /// Whether the value depends on neither variables nor the connection around it.
    fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_))
    }

    /// Whether the value depends on a variable.
    fn is_open(&self) -> bool {
        match self {
            Self::Fixed(_) => false,
            Self::Sum(parts) => parts.iter().any(Self::is_open),
            Self::Times(rows, item) => rows.is_open() || item.is_open(),
            Self::PerRow(item) | Self::Shared(item) => item.is_open(),
            Self::Page(choices, inner) => {
                choices.iter().any(|rows| rows.is_open()) || inner.is_open()
            }
        }
    }

    fn sum(parts: Vec<Self>) -> Self {
        let (fixed, open): (Vec<_>, Vec<_>) = parts.into_iter().partition(Self::is_fixed);
        let constant = fixed
            .iter()
            .fold(0_u64, |sum, part| sum.saturating_add(part.value(&[], 0)));
        if open.is_empty() {
            return Self::Fixed(constant);
        }
        Self::Sum(std::iter::once(Self::Fixed(constant)).chain(open).collect())
    }

    fn times(rows: Rows, item: Arc<Self>) -> Self {
        let is_known = !rows.is_open() && item.is_fixed();
        let product = Self::Times(rows, item);
        if is_known {
            Self::Fixed(product.value(&[], 0))
        } else {
            product
        }
    }

    fn page(choices: Vec<Rows>, inner: Self) -> Self {
        let page = Self::Page(choices, Arc::new(inner));
        if page.is_open() {
            page
        } else {
            Self::Fixed(page.value(&[], DEFAULT_PAGE))
        }
    }
}

impl Rows {
    fn value(self, sizes: &[u64]) -> u64 {
        match self {
            Self::Fixed(rows) => rows,
            Self::Variable(index) => sizes.get(index).copied().unwrap_or(MAX_PAGE),
        }
    }

    fn is_open(self) -> bool {
        matches!(self, Self::Variable(_))
    }
}

/// How a variable gives a number of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    /// It is the number.
    Number,
    /// It is a list of so many entries.
    Length,
}

/// A variable that decides a number of rows.
#[derive(Clone, Debug)]
struct SizeVariable {
    name: String,
    measure: Measure,
    argument: &'static str,
    position: Pos,
}

/// A plain list of the document: what it was expected to hold, and what one row of it costs.
#[derive(Clone, Debug)]
struct ListFacts {
    rows: Rows,
    row: Arc<Expression>,
}

/// The cost of a document's operations, and what its lists and variables contribute.
#[derive(Debug, Default)]
pub struct CostPlan {
    operations: HashMap<Option<String>, Expression>,
    variables: Vec<SizeVariable>,
    lists: HashMap<Pos, ListFacts>,
}

impl CostPlan {
    /// Works out the cost of every operation. The document's shape must have been checked: it bounds the work.
    ///
    /// # Errors
    /// When a page size written in the document is out of bounds.
    pub fn new(document: &ExecutableDocument, index: &SchemaIndex) -> Result<Self, SizeError> {
        let mut builder = Builder {
            document,
            index,
            fragments: HashMap::new(),
            plan: Self::default(),
        };
        for (name, operation) in document.operations.iter() {
            let cost = builder.operation(&operation.node)?;
            builder
                .plan
                .operations
                .insert(name.map(ToString::to_string), cost);
        }
        Ok(builder.plan)
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

impl SizeVariable {
    fn size(&self, variables: &Variables) -> Result<u64, SizeError> {
        let size = match (self.measure, variables.get(self.name.as_str())) {
            (Measure::Number, Some(Value::Number(number))) => page_size(number),
            (Measure::Length, Some(Value::List(items))) => length(items),
            (measure, _) => Some(measure.when_left_out()),
        };
        size.ok_or(SizeError {
            argument: self.argument,
            position: self.position,
        })
    }
}

impl Measure {
    /// The size of a value that is left out, or of the wrong type: that is left to validation.
    fn when_left_out(self) -> u64 {
        match self {
            Self::Number => DEFAULT_PAGE,
            Self::Length => 1,
        }
    }
}

/// The size a number gives; none when it is out of bounds.
fn page_size(number: &Number) -> Option<u64> {
    number.as_u64().filter(|&size| size <= MAX_PAGE)
}

/// The size a list gives; none when it is out of bounds.
fn length<T>(items: &[T]) -> Option<u64> {
    u64::try_from(items.len())
        .ok()
        .filter(|&size| size <= MAX_PAGE)
}

struct Builder<'a> {
    document: &'a ExecutableDocument,
    index: &'a SchemaIndex,
    fragments: HashMap<&'a str, Arc<Expression>>,
    plan: CostPlan,
}

impl<'a> Builder<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Expression, SizeError> {
        let root = match operation.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        self.selection_set(&operation.selection_set.node, root)
    }

    fn selection_set(
        &mut self,
        set: &'a SelectionSet,
        type_name: &str,
    ) -> Result<Expression, SizeError> {
        let mut parts = Vec::with_capacity(set.items.len());
        for selection in &set.items {
            parts.push(match &selection.node {
                Selection::Field(field) => self.field(field, type_name)?,
                Selection::InlineFragment(inline) => {
                    let condition = inline
                        .node
                        .type_condition
                        .as_ref()
                        .map(|condition| condition.node.on.node.as_str());
                    self.selection_set(
                        &inline.node.selection_set.node,
                        condition.unwrap_or(type_name),
                    )?
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node)?
                }
            });
        }
        Ok(Expression::sum(parts))
    }

    fn fragment(&mut self, name: &str) -> Result<Expression, SizeError> {
        if let Some(known) = self.fragments.get(name) {
            return Ok(share(known));
        }
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Ok(Expression::Fixed(0));
        };
        let condition = fragment.node.type_condition.node.on.node.as_str();
        let cost = Arc::new(self.selection_set(&fragment.node.selection_set.node, condition)?);
        let shared = share(&cost);
        self.fragments.insert(name.as_str(), cost);
        Ok(shared)
    }

    fn field(
        &mut self,
        field: &'a Positioned<Field>,
        type_name: &str,
    ) -> Result<Expression, SizeError> {
        // Validation reports a field that is unknown.
        let Some(facts) = self.index.field(type_name, &field.node.name.node) else {
            return Ok(Expression::Fixed(0));
        };
        if facts.kind == FieldKind::Leaf {
            return Ok(Expression::Fixed(0));
        }
        let inner = self.selection_set(&field.node.selection_set.node, &facts.type_name)?;
        let one = Expression::Fixed(1);
        Ok(match facts.kind {
            FieldKind::Leaf => Expression::Fixed(0),
            FieldKind::Object => Expression::sum(vec![one, inner]),
            FieldKind::Connection => {
                let sizes = self.page_sizes(&field.node)?;
                Expression::sum(vec![one, Expression::page(sizes, inner)])
            }
            FieldKind::Rows => Expression::PerRow(Arc::new(Expression::sum(vec![one, inner]))),
            FieldKind::List(weight) => {
                let rows = match weight {
                    Weight::Rows(rows) => Rows::Fixed(rows),
                    Weight::Argument(name) => self
                        .size_of(&field.node, name, Measure::Length)?
                        .unwrap_or(Rows::Fixed(0)),
                };
                let row = Arc::new(Expression::sum(vec![one, inner]));
                self.plan.lists.insert(
                    field.pos,
                    ListFacts {
                        rows,
                        row: Arc::clone(&row),
                    },
                );
                Expression::times(rows, row)
            }
        })
    }

    fn page_sizes(&mut self, field: &'a Field) -> Result<Vec<Rows>, SizeError> {
        let first = self.size_of(field, "first", Measure::Number)?;
        let last = self.size_of(field, "last", Measure::Number)?;
        Ok([first, last].into_iter().flatten().collect())
    }

    fn size_of(
        &mut self,
        field: &Field,
        argument: &'static str,
        measure: Measure,
    ) -> Result<Option<Rows>, SizeError> {
        let Some(value) = field.get_argument(argument) else {
            return Ok(None);
        };
        let mut names = Vec::new();
        let literal = value.node.clone().into_const_with(|name| {
            names.push(name);
            Ok::<_, Infallible>(Value::Null)
        });
        let Ok(literal) = literal;
        // A variable stands alone when nothing of the literal is left around it.
        if let (Value::Null, Some(name)) = (&literal, names.first()) {
            let variables = &mut self.plan.variables;
            let known = variables
                .iter()
                .position(|known| known.name == name.as_str() && known.measure == measure);
            let index = known.unwrap_or(variables.len());
            if known.is_none() {
                variables.push(SizeVariable {
                    name: name.to_string(),
                    measure,
                    argument,
                    position: value.pos,
                });
            }
            return Ok(Some(Rows::Variable(index)));
        }
        let size = match (measure, &literal) {
            (Measure::Number, Value::Number(number)) => page_size(number),
            (Measure::Length, Value::List(items)) => length(items),
            _ => Some(measure.when_left_out()),
        };
        Ok(Some(Rows::Fixed(size.ok_or(SizeError {
            argument,
            position: value.pos,
        })?)))
    }
}

fn share(cost: &Arc<Expression>) -> Expression {
    match cost.as_ref() {
        Expression::Fixed(cost) => Expression::Fixed(*cost),
        Expression::Sum(_)
        | Expression::Times(..)
        | Expression::PerRow(_)
        | Expression::Page(..)
        | Expression::Shared(_) => Expression::Shared(Arc::clone(cost)),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::{Variables, value};

    use super::{CostPlan, SizeError};
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
