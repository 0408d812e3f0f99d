//! Documents that were seen before are neither scanned, parsed nor fully validated again.
//!
//! What is kept covers only what depends on the document alone. Variables, page sizes, cost and rights are judged for
//! every request.

pub mod variables;

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::parser::{Error as ParseError, parse_query};
use async_graphql::{Name, Pos, Positioned, ServerError, Value, Variables};
use moka::sync::Cache;

use super::error::Code;
use super::limits::MAX_BRACKETS;
use super::limits::cost::CostPlan;
use super::limits::index::SchemaIndex;
use super::limits::scan::{ScanError, scan};
use super::limits::shape::{self, Shape};
use crate::config::Limits;

/// A request that is refused before anything is resolved.
#[derive(Debug)]
pub struct Refusal {
    /// For programs.
    pub code: Code,
    /// For people.
    pub message: String,
    /// Where in the document, if anywhere.
    pub positions: Vec<Pos>,
}

impl Refusal {
    /// A refusal that names no place.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            positions: Vec::new(),
        }
    }

    /// The refusal at a place of the document.
    #[must_use]
    pub fn at(mut self, position: Pos) -> Self {
        self.positions.push(position);
        self
    }
}

/// A parsed document whose shape is acceptable.
#[derive(Debug)]
pub struct Document {
    parsed: ExecutableDocument,
    /// Its cost, open in page sizes given by variables.
    pub cost: Arc<CostPlan>,
    /// What its shape tells.
    pub shape: Shape,
    operations: HashMap<Option<Name>, Facts>,
}

#[derive(Debug, Default)]
struct Facts {
    /// Whether strict validation has accepted the document with this operation selected.
    verified: AtomicBool,
    /// Whether a variable stands inside a list or object literal. Strict validation skips such a literal when the
    /// variable is left out, so its verdict then says nothing about a request that gives it.
    nests_variables: bool,
}

/// The operation a request selects.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    /// Its name, none when the document's only operation has none.
    pub name: Option<&'a Name>,
    /// The operation.
    pub definition: &'a OperationDefinition,
    facts: Option<&'a Facts>,
}

impl Operation<'_> {
    /// Whether the operation is a query.
    #[must_use]
    pub fn is_query(&self) -> bool {
        self.definition.ty == OperationType::Query
    }

    /// Whether the operation is a mutation.
    #[must_use]
    pub fn is_mutation(&self) -> bool {
        self.definition.ty == OperationType::Mutation
    }

    /// Whether the operation is a subscription.
    #[must_use]
    pub fn is_subscription(&self) -> bool {
        self.definition.ty == OperationType::Subscription
    }

    /// Whether strict validation need not see the document again, given these coerced variables.
    #[must_use]
    pub fn is_verified(&self, variables: &Variables) -> bool {
        self.facts.is_some_and(|facts| {
            facts.verified.load(Ordering::Relaxed)
                && !self.nulls_matter(facts.nests_variables, variables)
        })
    }

    /// Whether a null given for a nullable variable may stand where the schema wants a value: the specification allows
    /// the variable there when it has a default, and strict validation refuses such nulls in its own words.
    fn nulls_matter(&self, nests_variables: bool, variables: &Variables) -> bool {
        self.definition
            .variable_definitions
            .iter()
            .any(|definition| {
                (nests_variables || definition.node.default_value.is_some())
                    && variables.get(&definition.node.name.node) == Some(&Value::Null)
            })
    }

    /// Remembers that strict validation has accepted the document, if its verdict holds for other variables too.
    pub fn mark_verified(&self, variables_given: usize) {
        let all_given = variables_given >= self.definition.variable_definitions.len();
        if let Some(facts) = self.facts
            && (all_given || !facts.nests_variables)
        {
            facts.verified.store(true, Ordering::Relaxed);
        }
    }
}

impl Document {
    fn new(source: &str, limits: &Limits, index: &SchemaIndex) -> Result<Self, Refusal> {
        scan(source, limits.tokens, MAX_BRACKETS).map_err(|error| refuse_text(&error))?;
        let parsed = parse_query(source).map_err(|error| refuse_syntax(&error))?;
        let shape = shape::check(&parsed, limits)
            .map_err(|error| Refusal::new(Code::GraphqlValidationFailed, error.to_string()))?;
        let cost = CostPlan::new(&parsed, index).map_err(|error| {
            Refusal::new(Code::BadUserInput, error.to_string()).at(error.position)
        })?;
        let nests = nests_variables(&parsed);
        let operations = parsed
            .operations
            .iter()
            .map(|(name, _)| {
                (
                    name.cloned(),
                    Facts {
                        nests_variables: nests,
                        ..Facts::default()
                    },
                )
            })
            .collect();
        Ok(Self {
            parsed,
            cost: Arc::new(cost),
            shape,
            operations,
        })
    }

    /// A copy for the executor, which consumes it.
    #[must_use]
    pub fn parsed(&self) -> ExecutableDocument {
        self.parsed.clone()
    }

    /// Whether the operation of this name is a subscription.
    #[must_use]
    pub fn subscribes(&self, wanted: Option<&str>) -> bool {
        self.operation(wanted)
            .is_ok_and(|operation| operation.is_subscription())
    }

    /// The operation of this name, or the only one for none.
    ///
    /// # Errors
    /// `OPERATION_RESOLUTION_FAILURE` when there is no such operation, or a choice and no name.
    pub fn operation(&self, wanted: Option<&str>) -> Result<Operation<'_>, Refusal> {
        let mut all = self.parsed.operations.iter();
        let found = match wanted {
            Some(wanted) => all.find(|(name, _)| name.is_some_and(|name| name == wanted)),
            None if all.len() == 1 => all.next(),
            None => {
                let message = "The document has several operations; name one in `operationName`.";
                return Err(Refusal::new(Code::OperationResolutionFailure, message));
            }
        };
        let Some((name, definition)) = found else {
            let message = format!(
                "The document has no operation named \"{}\".",
                wanted.unwrap_or_default()
            );
            return Err(Refusal::new(Code::OperationResolutionFailure, message));
        };
        Ok(Operation {
            name,
            definition: &definition.node,
            facts: self.operations.get(&name.cloned()),
        })
    }
}

fn refuse_text(error: &ScanError) -> Refusal {
    Refusal::new(Code::GraphqlParseFailed, error.to_string())
}

fn refuse_syntax(error: &ParseError) -> Refusal {
    let error: ServerError = error.clone().into();
    Refusal {
        code: Code::GraphqlParseFailed,
        message: error.message,
        positions: error.locations,
    }
}

/// Whether a variable stands inside a list or object literal anywhere in the document.
fn nests_variables(document: &ExecutableDocument) -> bool {
    let operations = document
        .operations
        .iter()
        .map(|(_, operation)| &operation.node.selection_set);
    let fragments = document
        .fragments
        .values()
        .map(|fragment| &fragment.node.selection_set);
    operations.chain(fragments).any(set_nests_variables)
}

fn set_nests_variables(set: &Positioned<SelectionSet>) -> bool {
    set.node
        .items
        .iter()
        .any(|selection| match &selection.node {
            Selection::Field(field) => {
                field.node.arguments.iter().any(|(_, value)| {
                    let mut variables = 0_usize;
                    let literal = value.node.clone().into_const_with(|_| {
                        variables = variables.saturating_add(1);
                        Ok::<_, Infallible>(Value::Null)
                    });
                    variables > 0 && !matches!(literal, Ok(Value::Null))
                }) || set_nests_variables(&field.node.selection_set)
            }
            Selection::InlineFragment(inline) => set_nests_variables(&inline.node.selection_set),
            Selection::FragmentSpread(_) => false,
        })
}

/// Bytes of text of all documents kept.
const MOST_BYTES: u64 = 2 << 20;
/// What a short document counts as.
const LEAST_BYTES: u32 = 1 << 10;
/// Longest document worth keeping, in bytes: a storefront's own are shorter.
const LONGEST_KEPT: usize = 16 << 10;

/// Documents by their exact text, bounded in number and in bytes.
#[derive(Clone, Debug)]
pub struct DocumentCache {
    documents: Cache<Arc<str>, Arc<Document>>,
    limits: Limits,
    index: Arc<SchemaIndex>,
}

impl DocumentCache {
    /// An empty cache for a schema.
    #[must_use]
    pub fn new(limits: Limits, index: Arc<SchemaIndex>) -> Self {
        // The text's length stands for the memory of the tree made of it; short texts count as `LEAST_BYTES`, which
        // bounds their number too.
        let documents = Cache::builder()
            .max_capacity(MOST_BYTES)
            .weigher(|source: &Arc<str>, _: &Arc<Document>| {
                u32::try_from(source.len())
                    .unwrap_or(u32::MAX)
                    .max(LEAST_BYTES)
            })
            .build();
        Self {
            documents,
            limits,
            index,
        }
    }

    /// The document of a text: the one kept, or a new one if it is acceptable. A refused text is not kept.
    ///
    /// # Errors
    /// Syntax, shape, or a page size out of bounds.
    pub fn find_or_parse(&self, source: &str) -> Result<Arc<Document>, Refusal> {
        if let Some(document) = self.documents.get(source) {
            return Ok(document);
        }
        let document = Arc::new(Document::new(source, &self.limits, &self.index)?);
        if source.len() <= LONGEST_KEPT {
            self.documents.insert(source.into(), Arc::clone(&document));
        }
        Ok(document)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_graphql::{Variables, value};

    use super::{DocumentCache, Limits, SchemaIndex};
    use crate::graphql::error::Code;

    fn cache() -> DocumentCache {
        let sdl = "type Query { a(x: [Int]): Int products(first: Int): ProductConnection } \
                   type ProductConnection { nodes: [Product] } type Product { id: ID }";
        DocumentCache::new(
            Limits::default(),
            Arc::new(SchemaIndex::from_sdl(sdl).expect("the SDL parses")),
        )
    }

    fn code(source: &str) -> Option<Code> {
        cache()
            .find_or_parse(source)
            .err()
            .map(|refusal| refusal.code)
    }

    #[test]
    fn a_document_is_parsed_once() {
        let cache = cache();
        let first = cache.find_or_parse("{ a }").expect("it parses");
        let second = cache.find_or_parse("{ a }").expect("it parses");
        assert!(Arc::ptr_eq(&first, &second));
    }

    #[test]
    fn a_long_document_is_not_kept() {
        let cache = cache();
        let long = format!("{{ a }} #{}", "x".repeat(16 << 10));
        let first = cache.find_or_parse(&long).expect("it parses");
        let second = cache.find_or_parse(&long).expect("it parses");
        assert!(!Arc::ptr_eq(&first, &second));
    }

    #[test]
    fn each_refusal_has_its_code() {
        assert_eq!(code("{ a }"), None);
        assert_eq!(code("{ a"), Some(Code::GraphqlParseFailed));
        assert_eq!(code("{ a(x: \"}"), Some(Code::GraphqlParseFailed));
        assert_eq!(code(&"a ".repeat(2_001)), Some(Code::GraphqlParseFailed));
        assert_eq!(
            code(&format!("{{ {} }}", "a ".repeat(11))),
            Some(Code::GraphqlValidationFailed)
        );
        assert_eq!(
            code("{ products(first: 101) { nodes { id } } }"),
            Some(Code::BadUserInput)
        );
    }

    #[test]
    fn an_operation_is_found_by_name_or_alone() {
        let cache = cache();
        let one = cache.find_or_parse("query A { a }").expect("it parses");
        assert!(one.operation(None).is_ok());
        assert!(one.operation(Some("A")).is_ok());
        let wrong = one
            .operation(Some("B"))
            .map(|_| ())
            .expect_err("there is no B");
        assert_eq!(wrong.code, Code::OperationResolutionFailure);
        let two = cache
            .find_or_parse("query A { a } mutation B { a }")
            .expect("it parses");
        assert!(two.operation(None).is_err());
        assert!(two.operation(Some("A")).expect("A is there").is_query());
        assert!(!two.operation(Some("B")).expect("B is there").is_query());
    }

    #[test]
    fn a_verdict_is_kept_only_when_it_holds_for_other_variables() {
        let cache = cache();
        let nested = cache
            .find_or_parse("query A($x: Int) { a(x: [$x]) }")
            .expect("it parses");
        let operation = nested.operation(None).expect("it is alone");
        let none = Variables::default();
        operation.mark_verified(0);
        assert!(!operation.is_verified(&none));
        operation.mark_verified(1);
        assert!(operation.is_verified(&none));
        assert!(!operation.is_verified(&Variables::from_value(value!({ "x": null }))));
        let direct = cache
            .find_or_parse("query A($x: [Int]) { a(x: $x) }")
            .expect("it parses");
        let operation = direct.operation(None).expect("it is alone");
        operation.mark_verified(0);
        assert!(operation.is_verified(&Variables::default()));
    }
}
