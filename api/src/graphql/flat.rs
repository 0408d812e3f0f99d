//! Value objects that are answered at once. A list of products holds prices by the dozen, and async-graphql makes a future
//! of each of their fields; what holds nothing but scalars needs none.

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Selection, SelectionSet};
use async_graphql::{ContextSelectionSet, Name, OutputType, Value};

/// An object of nothing but scalars it holds.
pub(super) trait Flat: OutputType {
    /// The value of a field; `None` when there is no such field.
    fn field(&self, name: &str) -> Option<Value>;
}

/// Answers what is selected of an object. `@skip` and `@include` have been carried out by then.
pub(super) fn resolve<T: Flat>(object: &T, ctx: &ContextSelectionSet<'_>) -> Value {
    let mut fields = IndexMap::new();
    collect(object, ctx, &ctx.item.node, &mut fields);
    Value::Object(fields)
}

fn collect<T: Flat>(
    object: &T,
    ctx: &ContextSelectionSet<'_>,
    selected: &SelectionSet,
    fields: &mut IndexMap<Name, Value>,
) {
    for selection in &selected.items {
        match &selection.node {
            Selection::Field(field) => {
                let value = match field.node.name.node.as_str() {
                    "__typename" => Some(Value::String(T::type_name().into_owned())),
                    name => object.field(name),
                };
                let key = field.node.response_key().node.clone();
                fields.insert(key, value.unwrap_or_default());
            }
            Selection::FragmentSpread(spread) => {
                let fragment = ctx.query_env.fragments.get(&spread.node.fragment_name.node);
                if let Some(fragment) = fragment
                    && fragment.node.type_condition.node.on.node.as_str() == T::type_name()
                {
                    collect(object, ctx, &fragment.node.selection_set.node, fields);
                }
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                if condition
                    .is_none_or(|condition| condition.node.on.node.as_str() == T::type_name())
                {
                    collect(object, ctx, &fragment.node.selection_set.node, fields);
                }
            }
        }
    }
}
