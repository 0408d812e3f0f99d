//! Indexes, documents, tasks and keys of the stand-in. Tasks are carried out at once and reported as succeeded.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{MASTER_KEY, filter::Filter};

/// Why a search is refused.
#[derive(Debug)]
pub(super) enum Refusal {
    NoIndex,
    BadFilter(String),
}

#[derive(Debug, Default)]
pub(super) struct Store {
    indexes: BTreeMap<String, Index>,
    keys: Vec<Value>,
    tasks: Vec<Value>,
}

#[derive(Debug, Default)]
struct Index {
    primary_key: Option<String>,
    settings: Map<String, Value>,
    documents: BTreeMap<String, Value>,
}

impl Store {
    pub(super) fn knows_key(&self, key: &str) -> bool {
        key == MASTER_KEY || self.keys.iter().any(|known| known["key"] == key)
    }

    pub(super) fn create_key(&mut self, body: &Value) -> Value {
        let number = self.keys.len() + 1;
        let key = json!({
            "uid": body["uid"].as_str().map_or_else(|| format!("00000000-0000-4000-8000-{number:012}"), ToOwned::to_owned),
            "key": format!("key-{number}-of-the-stand-in"),
            "name": body["name"], "description": body["description"],
            "actions": body["actions"], "indexes": body["indexes"], "expiresAt": body["expiresAt"],
            "createdAt": INSTANT, "updatedAt": INSTANT,
        });
        self.keys.push(key.clone());
        key
    }

    pub(super) fn keys(&self) -> Value {
        json!({"results": self.keys, "offset": 0, "limit": 1000, "total": self.keys.len()})
    }

    pub(super) fn delete_key(&mut self, key: &str) -> Value {
        self.keys
            .retain(|known| known["key"] != key && known["uid"] != key);
        Value::Null
    }

    pub(super) fn wipe(&mut self) {
        self.indexes.clear();
    }

    pub(super) fn index_names(&self) -> Vec<String> {
        self.indexes.keys().cloned().collect()
    }

    pub(super) fn documents(&self, index: &str) -> Vec<Value> {
        self.indexes
            .get(index)
            .map(|index| index.documents.values().cloned().collect())
            .unwrap_or_default()
    }

    pub(super) fn settings(&self, index: &str) -> Value {
        self.indexes
            .get(index)
            .map_or(Value::Null, |index| Value::Object(index.settings.clone()))
    }

    pub(super) fn create_index(&mut self, body: &Value) -> Value {
        let uid = body["uid"].as_str().unwrap_or_default().to_owned();
        if self.indexes.contains_key(&uid) {
            return self.task_done(&uid, "indexCreation", Some("index_already_exists"));
        }
        let primary_key = body["primaryKey"].as_str().map(ToOwned::to_owned);
        self.indexes.insert(
            uid.clone(),
            Index {
                primary_key,
                ..Index::default()
            },
        );
        self.task_done(&uid, "indexCreation", None)
    }

    pub(super) fn delete_index(&mut self, uid: &str) -> Value {
        let missing = self.indexes.remove(uid).is_none();
        self.task_done(uid, "indexDeletion", missing.then_some("index_not_found"))
    }

    pub(super) fn index_info(&self, uid: &str) -> Option<Value> {
        self.indexes.get(uid).map(|index| info(uid, index))
    }

    pub(super) fn list_indexes(&self) -> Value {
        let results: Vec<Value> = self
            .indexes
            .iter()
            .map(|(uid, index)| info(uid, index))
            .collect();
        json!({"total": results.len(), "results": results, "offset": 0, "limit": 1000})
    }

    pub(super) fn stats(&self, uid: &str) -> Option<Value> {
        self.indexes.get(uid).map(stats)
    }

    pub(super) fn all_stats(&self) -> Value {
        let indexes: Map<String, Value> = self
            .indexes
            .iter()
            .map(|(uid, index)| (uid.clone(), stats(index)))
            .collect();
        json!({"databaseSize": 0, "usedDatabaseSize": 0, "lastUpdate": INSTANT, "indexes": indexes})
    }

    pub(super) fn update_settings(&mut self, uid: &str, body: &Value) -> Value {
        let index = self.indexes.entry(uid.to_owned()).or_default();
        for (name, value) in body.as_object().into_iter().flatten() {
            if !value.is_null() {
                index.settings.insert(name.clone(), value.clone());
            }
        }
        self.task_done(uid, "settingsUpdate", None)
    }

    /// `merge`: fields left out of a document stay (PUT); otherwise the document is replaced (POST).
    pub(super) fn write_documents(
        &mut self,
        uid: &str,
        query: &str,
        body: &Value,
        merge: bool,
    ) -> Value {
        let asked = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("primaryKey="))
            .map(ToOwned::to_owned);
        let index = self.indexes.entry(uid.to_owned()).or_default();
        let primary_key = index
            .primary_key
            .get_or_insert_with(|| asked.unwrap_or_else(|| "id".to_owned()))
            .clone();
        let documents = body
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![body.clone()]);
        for document in documents {
            let Some(id) = key_text(&document[&primary_key]) else {
                return self.task_done(
                    uid,
                    "documentAdditionOrUpdate",
                    Some("missing_document_id"),
                );
            };
            match (
                index.documents.get_mut(&id).and_then(Value::as_object_mut),
                document.as_object(),
            ) {
                (Some(known), Some(fresh)) if merge => known.extend(fresh.clone()),
                _ => {
                    index.documents.insert(id, document);
                }
            }
        }
        self.task_done(uid, "documentAdditionOrUpdate", None)
    }

    pub(super) fn delete_documents(&mut self, uid: &str, body: &Value) -> Value {
        if let Some(index) = self.indexes.get_mut(uid) {
            for id in body.as_array().into_iter().flatten().filter_map(key_text) {
                index.documents.remove(&id);
            }
        }
        self.task_done(uid, "documentDeletion", None)
    }

    pub(super) fn delete_by_filter(&mut self, uid: &str, body: &Value) -> Value {
        let Ok(filter) = Filter::parse(&body["filter"]) else {
            return self.task_done(uid, "documentDeletion", Some("invalid_document_filter"));
        };
        if let Some(index) = self.indexes.get_mut(uid) {
            index
                .documents
                .retain(|_, document| !filter.matches(document));
        }
        self.task_done(uid, "documentDeletion", None)
    }

    pub(super) fn delete_all(&mut self, uid: &str) -> Value {
        if let Some(index) = self.indexes.get_mut(uid) {
            index.documents.clear();
        }
        self.task_done(uid, "documentDeletion", None)
    }

    pub(super) fn document(&self, uid: &str, id: &str) -> Option<Value> {
        self.indexes.get(uid)?.documents.get(id).cloned()
    }

    pub(super) fn swap(&mut self, body: &Value) -> Value {
        for pair in body.as_array().into_iter().flatten() {
            let names: Vec<&str> = pair["indexes"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let [left, right] = names.as_slice() else {
                continue;
            };
            let (Some(old), Some(new)) = (self.indexes.remove(*left), self.indexes.remove(*right))
            else {
                return self.task_done(left, "indexSwap", Some("index_not_found"));
            };
            self.indexes.insert((*left).to_owned(), new);
            self.indexes.insert((*right).to_owned(), old);
        }
        self.task_done("", "indexSwap", None)
    }

    pub(super) fn task(&self, uid: &str) -> Option<Value> {
        self.tasks.get(uid.parse::<usize>().ok()?).cloned()
    }

    pub(super) fn tasks(&self) -> Value {
        let results: Vec<&Value> = self.tasks.iter().rev().take(20).collect();
        json!({"total": self.tasks.len(), "results": results, "limit": 20, "from": null, "next": null})
    }

    pub(super) fn search(&self, uid: &str, body: &Value) -> Result<Value, Refusal> {
        let index = self.indexes.get(uid).ok_or(Refusal::NoIndex)?;
        let filter = Filter::parse(&body["filter"]).map_err(Refusal::BadFilter)?;
        for attribute in filter.attributes() {
            if !lists(&index.settings, "filterableAttributes", &attribute) {
                return Err(Refusal::BadFilter(format!(
                    "Attribute `{attribute}` is not filterable."
                )));
            }
        }
        let query = body["q"].as_str().unwrap_or_default();
        let searchable = index
            .settings
            .get("searchableAttributes")
            .and_then(Value::as_array);
        let mut hits: Vec<&Value> = index
            .documents
            .values()
            .filter(|document| filter.matches(document) && says(document, query, searchable))
            .collect();
        sort(&mut hits, &body["sort"]);
        let total = hits.len();
        let mut answer = json!({"query": query, "processingTimeMs": 0});
        if !body["facets"].is_null() {
            answer["facetDistribution"] = facets(&hits, &body["facets"]);
            answer["facetStats"] = facet_stats(&hits, &body["facets"]);
        }
        let number = |name: &str| {
            body[name]
                .as_u64()
                .and_then(|number| usize::try_from(number).ok())
        };
        let (offset, limit) = match (number("page"), number("hitsPerPage")) {
            (None, None) => {
                answer["estimatedTotalHits"] = json!(total);
                answer["offset"] = json!(number("offset").unwrap_or(0));
                answer["limit"] = json!(number("limit").unwrap_or(20));
                (number("offset").unwrap_or(0), number("limit").unwrap_or(20))
            }
            (page, per_page) => {
                let (page, per_page) = (page.unwrap_or(1).max(1), per_page.unwrap_or(20));
                answer["page"] = json!(page);
                answer["hitsPerPage"] = json!(per_page);
                answer["totalHits"] = json!(total);
                answer["totalPages"] = json!(total.div_ceil(per_page.max(1)));
                ((page - 1) * per_page, per_page)
            }
        };
        let wanted = body["attributesToRetrieve"].as_array();
        let page: Vec<Value> = hits
            .into_iter()
            .skip(offset)
            .take(limit)
            .map(|hit| projection(hit, wanted))
            .collect();
        answer["hits"] = Value::Array(page);
        Ok(answer)
    }

    pub(super) fn multi_search(&self, body: &Value) -> Result<Value, Refusal> {
        let mut results = Vec::new();
        for query in body["queries"].as_array().into_iter().flatten() {
            let uid = query["indexUid"].as_str().unwrap_or_default();
            let mut result = self.search(uid, query)?;
            result["indexUid"] = json!(uid);
            results.push(result);
        }
        Ok(json!({ "results": results }))
    }

    fn task_done(&mut self, index: &str, kind: &str, error: Option<&str>) -> Value {
        let uid = self.tasks.len();
        let index = if index.is_empty() {
            Value::Null
        } else {
            json!(index)
        };
        let status = if error.is_some() {
            "failed"
        } else {
            "succeeded"
        };
        let error = error.map(
            |code| json!({"message": code, "code": code, "type": "invalid_request", "link": ""}),
        );
        self.tasks.push(json!({
            "uid": uid, "indexUid": index, "status": status, "type": kind, "error": error, "details": null,
            "canceledBy": null, "duration": "PT0.001S", "enqueuedAt": INSTANT, "startedAt": INSTANT, "finishedAt": INSTANT,
        }));
        json!({"taskUid": uid, "indexUid": index, "status": "enqueued", "type": kind, "enqueuedAt": INSTANT})
    }
}

const INSTANT: &str = "2026-01-01T00:00:00Z";

fn info(uid: &str, index: &Index) -> Value {
    json!({"uid": uid, "primaryKey": index.primary_key, "createdAt": INSTANT, "updatedAt": INSTANT})
}

fn stats(index: &Index) -> Value {
    json!({"numberOfDocuments": index.documents.len(), "isIndexing": false, "fieldDistribution": {}})
}

/// Whether a settings list names the attribute; the list may hold plain names or objects with `attributePatterns`.
fn lists(settings: &Map<String, Value>, list: &str, attribute: &str) -> bool {
    let entries = settings
        .get(list)
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let names = |entry: &Value| -> Vec<String> {
        match entry {
            Value::String(name) => vec![name.clone()],
            other => other["attributePatterns"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(ToOwned::to_owned)
                .collect(),
        }
    };
    entries.flat_map(names).any(|name| {
        name == "*"
            || name == attribute
            || attribute.starts_with(&format!("{name}."))
            || name
                .strip_suffix('*')
                .is_some_and(|prefix| attribute.starts_with(prefix))
    })
}

fn key_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Every word of the query stands somewhere in the searchable texts.
fn says(document: &Value, query: &str, searchable: Option<&Vec<Value>>) -> bool {
    let mut text = String::new();
    for (name, value) in document.as_object().into_iter().flatten() {
        let is_searchable =
            searchable.is_none_or(|names| names.iter().any(|known| known == name || known == "*"));
        if is_searchable {
            text.push_str(&value.to_string().to_lowercase());
            text.push('\n');
        }
    }
    query
        .to_lowercase()
        .split_whitespace()
        .all(|word| text.contains(word.trim_matches('"')))
}

fn sort(hits: &mut [&Value], rules: &Value) {
    let rules: Vec<(String, bool)> = rules
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter_map(|rule| rule.rsplit_once(':'))
        .map(|(name, direction)| (name.to_owned(), direction == "desc"))
        .collect();
    hits.sort_by(|left, right| {
        rules
            .iter()
            .map(|(name, descending)| {
                let order = super::filter::compare(&left[name.as_str()], &right[name.as_str()]);
                if *descending { order.reverse() } else { order }
            })
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
}

fn facets(hits: &[&Value], wanted: &Value) -> Value {
    let names: Vec<String> = wanted
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(ToOwned::to_owned)
        .collect();
    let mut distribution: Map<String, Value> = Map::new();
    for name in names {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for value in hits
            .iter()
            .flat_map(|hit| super::filter::values(hit, &name))
        {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), ToOwned::to_owned);
            *counts.entry(text).or_default() += 1;
        }
        distribution.insert(name, json!(counts));
    }
    Value::Object(distribution)
}

/// Lowest and highest value of the numeric facets.
fn facet_stats(hits: &[&Value], wanted: &Value) -> Value {
    let mut stats: Map<String, Value> = Map::new();
    for name in wanted
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        let numbers = || {
            hits.iter()
                .flat_map(|hit| super::filter::values(hit, name))
                .filter_map(Value::as_f64)
        };
        if let (Some(min), Some(max)) = (numbers().reduce(f64::min), numbers().reduce(f64::max)) {
            stats.insert(name.to_owned(), json!({"min": min, "max": max}));
        }
    }
    Value::Object(stats)
}

fn projection(hit: &Value, wanted: Option<&Vec<Value>>) -> Value {
    match (wanted, hit.as_object()) {
        (Some(names), Some(fields)) if !names.iter().any(|name| name == "*") => {
            let kept = fields
                .iter()
                .filter(|(name, _)| names.iter().any(|known| known == *name));
            Value::Object(
                kept.map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
            )
        }
        _ => hit.clone(),
    }
}
