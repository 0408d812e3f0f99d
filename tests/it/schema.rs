//! The public schema: fresh on disk, described throughout, and a superset of the contract.

use std::{collections::BTreeSet, fs, path::Path};

use tests::sdl::{Field, Sdl, Type};

/// The contract the schema must never fall behind.
const CONTRACT: &str = include_str!("../fixtures/contract.graphql");

/// Parts of the contract that are not built yet: `Type`, `Type.field`, `Type.field(argument)` or `Enum.VALUE` a line.
const NOT_BUILT: &str = include_str!("../fixtures/contract-not-built.txt");

#[test]
fn the_schema_file_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema.graphql");
    let on_disk = fs::read_to_string(path).expect("schema.graphql is in the repository");
    assert!(
        on_disk == api::graphql::sdl(),
        "schema.graphql is stale: write it with `cargo run -- schema > schema.graphql` and read its diff"
    );
}

#[test]
fn everything_in_the_schema_is_described() {
    let sdl = built();
    let mut bare = Vec::new();
    for (name, ty) in &sdl.types {
        if ty.description.is_empty() {
            bare.push(name.clone());
        }
        for (field_name, field) in &ty.fields {
            if field.description.is_empty() {
                bare.push(format!("{name}.{field_name}"));
            }
            for (argument_name, argument) in &field.arguments {
                if argument.description.is_empty() {
                    bare.push(format!("{name}.{field_name}({argument_name})"));
                }
            }
        }
    }
    assert!(
        bare.is_empty(),
        "without a description:\n{}",
        bare.join("\n")
    );
}

#[test]
fn the_schema_is_a_superset_of_the_contract() {
    let missing: Vec<String> = gaps()
        .into_iter()
        .filter(|gap| !is_listed(gap.path()))
        .map(|gap| gap.text())
        .collect();
    assert!(
        missing.is_empty(),
        "{} parts of the contract are missing or differ, and are not listed in contract-not-built.txt:\n{}",
        missing.len(),
        missing.join("\n")
    );
}

#[test]
fn nothing_that_exists_is_listed_as_not_built() {
    let open: BTreeSet<String> = gaps()
        .into_iter()
        .map(|gap| gap.path().to_owned())
        .collect();
    let stale: Vec<&str> = entries().filter(|entry| !open.contains(*entry)).collect();
    assert!(
        stale.is_empty(),
        "built, or never in the contract; remove from contract-not-built.txt:\n{}",
        stale.join("\n")
    );
}

#[test]
fn nothing_the_contract_lets_a_client_leave_out_became_required() {
    let contract = Sdl::parse(CONTRACT);
    let built = built();
    let mut demanded = Vec::new();
    for (name, ty) in &built.types {
        let Some(agreed) = contract.types.get(name) else {
            continue;
        };
        for (field_name, field) in &ty.fields {
            let Some(agreed_field) = agreed.fields.get(field_name) else {
                if ty.keyword == "input" && field.ty.ends_with('!') && !field.has_default {
                    demanded.push(format!("{name}.{field_name}"));
                }
                continue;
            };
            for (argument_name, argument) in &field.arguments {
                let is_new = !agreed_field.arguments.contains_key(argument_name);
                if is_new && argument.ty.ends_with('!') && !argument.has_default {
                    demanded.push(format!("{name}.{field_name}({argument_name})"));
                }
            }
        }
    }
    assert!(
        demanded.is_empty(),
        "required, yet unknown to the contract:\n{}",
        demanded.join("\n")
    );
}

/// A part of the contract the schema does not have, or has otherwise.
enum Gap {
    Missing(String),
    Differs {
        path: String,
        agreed: String,
        built: String,
    },
}

impl Gap {
    fn path(&self) -> &str {
        match self {
            Self::Missing(path) | Self::Differs { path, .. } => path,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Missing(path) => path.clone(),
            Self::Differs {
                path,
                agreed,
                built,
            } => format!("{path}: agreed {agreed}, built {built}"),
        }
    }
}

fn built() -> Sdl {
    Sdl::parse(&api::graphql::sdl())
}

fn entries() -> impl Iterator<Item = &'static str> {
    NOT_BUILT
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Whether the path, or what it is a part of, is listed.
fn is_listed(path: &str) -> bool {
    let without_argument = path.split('(').next().unwrap_or(path);
    let type_name = without_argument
        .split('.')
        .next()
        .unwrap_or(without_argument);
    entries().any(|entry| entry == path || entry == without_argument || entry == type_name)
}

fn gaps() -> Vec<Gap> {
    let built = built();
    let mut gaps = Vec::new();
    for (name, agreed) in &Sdl::parse(CONTRACT).types {
        match built.types.get(name) {
            None => gaps.push(Gap::Missing(name.clone())),
            Some(ty) => compare_types(name, agreed, ty, &mut gaps),
        }
    }
    gaps
}

fn compare_types(name: &str, agreed: &Type, built: &Type, gaps: &mut Vec<Gap>) {
    if agreed.keyword != built.keyword {
        gaps.push(Gap::Differs {
            path: name.to_owned(),
            agreed: agreed.keyword.to_owned(),
            built: built.keyword.to_owned(),
        });
        return;
    }
    for member in &agreed.members {
        if !built.members.contains(member) {
            gaps.push(Gap::Missing(format!("{name}.{member}")));
        }
    }
    for (field_name, field) in &agreed.fields {
        let path = format!("{name}.{field_name}");
        match built.fields.get(field_name) {
            None => gaps.push(Gap::Missing(path)),
            Some(known) => compare_fields(&path, field, known, gaps),
        }
    }
}

fn compare_fields(path: &str, agreed: &Field, built: &Field, gaps: &mut Vec<Gap>) {
    if agreed.ty != built.ty {
        gaps.push(Gap::Differs {
            path: path.to_owned(),
            agreed: agreed.ty.clone(),
            built: built.ty.clone(),
        });
    }
    for (argument_name, argument) in &agreed.arguments {
        let path = format!("{path}({argument_name})");
        match built.arguments.get(argument_name) {
            None => gaps.push(Gap::Missing(path)),
            Some(known) if known.ty != argument.ty => {
                gaps.push(Gap::Differs {
                    path,
                    agreed: argument.ty.clone(),
                    built: known.ty.clone(),
                });
            }
            Some(_) => {}
        }
    }
}
