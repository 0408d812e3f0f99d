//! The walk over a document that works out its costs.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Positioned, Value};

use super::expression::{Expression, Rows, share};
use super::plan::{CostPlan, ListFacts};
use super::size::{Measure, SizeError, SizeVariable, length, page_size};
use crate::graphql::limits::index::{FieldKind, SchemaIndex};
use crate::graphql::limits::weight::Weight;

/// Works out the cost of every operation of a document.
pub(super) fn build(
    document: &ExecutableDocument,
    index: &SchemaIndex,
) -> Result<CostPlan, SizeError> {
    let mut builder = Builder {
        document,
        index,
        fragments: HashMap::new(),
        plan: CostPlan::default(),
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
