//! The policy as it is written: one struct for each table, unknown keys refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::failing;
use crate::message::Direction;
use crate::verdict::{Action, Category};

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    pub(super) egress: Egress,
    pub(super) actions: Actions,
    #[serde(rename = "override")]
    pub(super) overrides: Vec<Spanned<Override>>,
    pub(super) home: BTreeMap<Spanned<String>, Hosts>,
    pub(super) known: Vec<Spanned<Known>>,
    pub(super) failure: Failure,
    pub(super) limits: Limits,
    pub(super) model_api: ModelApi,
    pub(super) rules: Rules,
}

/// Host patterns.
pub(super) type Hosts = Vec<Spanned<String>>;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Egress {
    pub(super) allow: Hosts,
    pub(super) private: Hosts,
    pub(super) passthrough: Hosts,
}

/// By category.
pub(super) type ByCategory = BTreeMap<Category, Spanned<Action>>;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Actions {
    pub(super) secret: Option<Spanned<Action>>,
    pub(super) known: Option<Spanned<Action>>,
    pub(super) pii: Option<Spanned<Action>>,
    pub(super) exfiltration: Option<Spanned<Action>>,
    pub(super) injection: Option<Spanned<Action>>,
    pub(super) mcp: Option<Spanned<Action>>,
    pub(super) host: Option<Spanned<Action>>,
    pub(super) inbound: ByCategory,
    pub(super) model_api: ByCategory,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Override {
    pub(super) rule: Option<Spanned<String>>,
    pub(super) category: Option<Category>,
    pub(super) host: Option<Spanned<String>>,
    pub(super) part: Option<Spanned<String>>,
    pub(super) direction: Option<Direction>,
    pub(super) action: Action,
}

/// Any value is taken here, so that no error of the parser quotes a secret.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    pub(super) name: Spanned<String>,
    pub(super) value: Option<Spanned<Value>>,
    pub(super) env_file: Option<Spanned<String>>,
    pub(super) file: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Failure {
    pub(super) unavailable: Option<super::OnFailure>,
    pub(super) error: Option<super::OnFailure>,
    pub(super) over_limit: Option<super::OnFailure>,
    pub(super) undecodable: Option<super::OnFailure>,
    pub(super) incomplete: Option<super::OnFailure>,
    pub(super) unredactable: Option<super::OnFailure>,
    pub(super) inbound: failing::Given,
    pub(super) model_api: failing::Given,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) body_bytes: Option<Spanned<u64>>,
    pub(super) compression_ratio: Option<Spanned<u64>>,
    pub(super) url_bytes: Option<Spanned<u64>>,
    pub(super) header_bytes: Option<Spanned<u64>>,
    pub(super) header_count: Option<Spanned<u64>>,
    pub(super) session_bytes: Option<Spanned<u64>>,
    pub(super) session_minutes: Option<Spanned<u64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ModelApi {
    pub(super) hosts: Hosts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Rules {
    pub(super) files: Vec<Spanned<String>>,
}

impl Actions {
    /// The outbound table: what stands directly under `[actions]`.
    pub(super) fn outbound(&self) -> impl Iterator<Item = (Category, &Spanned<Action>)> {
        let rows = [
            (Category::Secret, &self.secret),
            (Category::Known, &self.known),
            (Category::Pii, &self.pii),
            (Category::Exfiltration, &self.exfiltration),
            (Category::Injection, &self.injection),
            (Category::Mcp, &self.mcp),
            (Category::Host, &self.host),
        ];
        rows.into_iter().filter_map(|(category, action)| Some((category, action.as_ref()?)))
    }
}

impl Failure {
    /// What stands directly under `[failure]`.
    pub(super) fn outbound(&self) -> failing::Given {
        failing::Given {
            unavailable: self.unavailable,
            error: self.error,
            over_limit: self.over_limit,
            undecodable: self.undecodable,
            incomplete: self.incomplete,
            unredactable: self.unredactable,
        }
    }
}
