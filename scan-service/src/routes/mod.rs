//! One file per noun.

pub(crate) mod batch;
pub(crate) mod docs;
pub(crate) mod health;
pub(crate) mod metrics;
pub(crate) mod policy;
pub(crate) mod rules;
pub(crate) mod scan;
