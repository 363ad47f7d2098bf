//! What a finding is worth by its category alone.

use std::collections::BTreeMap;

use crate::verdict::{Action, Category};

/// One action for each category, for each way a message can go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Actions {
    pub(super) outbound: Table,
    pub(super) inbound: Table,
    pub(super) model_api: Table,
}

/// One action for each category.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table([Action; CATEGORIES.len()]);

pub(super) const CATEGORIES: [Category; 7] = [
    Category::Secret,
    Category::Known,
    Category::Pii,
    Category::Exfiltration,
    Category::Injection,
    Category::Mcp,
    Category::Host,
];

const OUTBOUND: &[(Category, Action)] = &[
    (Category::Secret, Action::Block),
    (Category::Known, Action::Block),
    (Category::Pii, Action::Block),
    (Category::Exfiltration, Action::Block),
    (Category::Injection, Action::Flag),
    (Category::Mcp, Action::Block),
    (Category::Host, Action::Block),
];

/// What differs in what servers send.
const INBOUND: &[(Category, Action)] =
    &[(Category::Secret, Action::Flag), (Category::Known, Action::Flag), (Category::Pii, Action::Flag)];

/// What differs in request bodies to model APIs: they carry the whole conversation again and again, so a block
/// would end the agent's work.
const MODEL_API: &[(Category, Action)] = &[
    (Category::Secret, Action::Redact),
    (Category::Known, Action::Redact),
    (Category::Pii, Action::Redact),
    (Category::Exfiltration, Action::Flag),
    (Category::Injection, Action::Flag),
    (Category::Mcp, Action::Flag),
];

/// What the file says about one way.
pub(super) type Given = BTreeMap<Category, Action>;

impl Actions {
    /// The defaults, and over them what the file says.
    pub(super) fn new(outbound: &Given, inbound: &Given, model_api: &Given) -> Self {
        let outbound = Table([Action::Block; CATEGORIES.len()]).with(OUTBOUND).given(outbound);
        Self {
            outbound,
            inbound: outbound.with(INBOUND).given(inbound),
            model_api: outbound.with(MODEL_API).given(model_api),
        }
    }
}

impl Table {
    pub(super) fn get(self, category: Category) -> Action {
        self.0[index(category)]
    }

    fn with(mut self, rows: &[(Category, Action)]) -> Self {
        for (category, action) in rows {
            self.0[index(*category)] = *action;
        }
        self
    }

    fn given(mut self, given: &Given) -> Self {
        for (category, action) in given {
            self.0[index(*category)] = *action;
        }
        self
    }
}

fn index(category: Category) -> usize {
    CATEGORIES.iter().position(|each| *each == category).expect("CATEGORIES holds every category")
}
