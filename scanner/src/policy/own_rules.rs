//! `[rules]`: the operator's own rule files, by name or by a pattern such as `rules/*.toml`.

use toml::Spanned;

use super::Files;
use super::compile::Mistake;
use crate::rules::RuleSet;

/// Reads and proves the files that `written` names.
pub(super) fn own_rules(written: &[Spanned<String>], files: &dyn Files) -> Result<RuleSet, Mistake> {
    let mut own = RuleSet::default();
    for entry in written {
        for path in paths(entry, files)? {
            let text = text(entry, &path, files)?;
            own = own.with_files([(&path, &text)]).map_err(|error| Mistake::new(entry, error.to_string()))?;
        }
    }
    match written.first() {
        Some(first) => RuleSet::builtin()
            .and_then(|rules| rules.admits(&own))
            .map_err(|error| Mistake::new(first, error.to_string()))
            .map(|()| own),
        None => Ok(own),
    }
}

/// The files that one entry means, sorted.
fn paths(entry: &Spanned<String>, files: &dyn Files) -> Result<Vec<String>, Mistake> {
    let (folder, name) = entry.get_ref().rsplit_once('/').unwrap_or(("", entry.get_ref()));
    if folder.contains('*') || name.matches('*').count() > 1 {
        return Err(Mistake::new(entry, "one `*` is possible, in the name of the file"));
    }
    let Some((before, after)) = name.split_once('*') else { return Ok(vec![entry.get_ref().clone()]) };
    let fits = |name: &String| {
        name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
    };
    let cannot_list = |error| Mistake::new(entry, format!("cannot list `{folder}`: {error}"));
    let mut names: Vec<String> = files.list(folder).map_err(cannot_list)?.into_iter().filter(fits).collect();
    if names.is_empty() {
        return Err(Mistake::new(entry, format!("no file is named `{}`", entry.get_ref())));
    }
    names.sort_unstable();
    let separator = if entry.get_ref().contains('/') { "/" } else { "" };
    Ok(names.into_iter().map(|name| [folder, separator, &name].concat()).collect())
}

fn text(entry: &Spanned<String>, path: &str, files: &dyn Files) -> Result<String, Mistake> {
    let unreadable =
        |why: &dyn std::fmt::Display| Mistake::new(entry, format!("cannot read `{path}`: {why}"));
    let bytes = files.read(path).map_err(|error| unreadable(&error))?;
    String::from_utf8(bytes).map_err(|_| unreadable(&"the file is not UTF-8"))
}
