//! The library and the service give the same answer to every case, and none repeats what was found.

mod service;

use std::collections::BTreeMap;

use promises::{Case, Expect, ExpectedReport, Library, cases, plain, raw, rule_ids};
use scanner::{RuleSet, ScanError};
use serde_json::Value;

use service::{JSON, NDJSON, RAW, Reply, Service};

/// The cases by policy, each with the doors that are told about them.
struct Group {
    library: Library,
    service: Service,
    cases: Vec<Case>,
}

fn groups() -> Vec<Group> {
    let rules = RuleSet::builtin().expect("the rules are good");
    let mut by_policy: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for case in cases(&rules) {
        by_policy.entry(case.policy.clone()).or_default().push(case);
    }
    let group = |(policy, cases): (String, _)| Group {
        library: Library::new(&policy),
        service: Service::start(&policy),
        cases,
    };
    by_policy.into_iter().map(group).collect()
}

#[test]
fn every_case_has_a_name_of_its_own() {
    let rules = RuleSet::builtin().expect("the rules are good");
    let mut names: Vec<String> = cases(&rules).into_iter().map(|case| case.name).collect();
    assert!(names.len() > 100, "the corpus was not read");
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn the_library_says_what_each_case_expects() {
    let mut wrong = Vec::new();
    for group in groups() {
        for case in &group.cases {
            let answer = group.library.case(case);
            if !agrees(&answer, &case.expect) {
                wrong.push(format!("{}: {}", case.name, heart(&answer)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_service_says_what_the_library_says() {
    let mut wrong = Vec::new();
    for group in groups() {
        for case in &group.cases {
            for message in &case.before {
                group.service.post("/scan", JSON, message.clone()).await;
            }
            let reply = group.service.post("/scan", JSON, case.json.clone()).await;
            wrong.extend(differs(case, &group.library.case(case), &reply));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_batch_says_what_single_scans_say() {
    for group in groups() {
        let lines: Vec<&Case> =
            group.cases.iter().filter(|case| !case.json.is_empty() && case.before.is_empty()).collect();
        let batch = lines.iter().map(|case| case.json.as_str()).collect::<Vec<_>>().join("\n");
        let reply = group.service.post("/scan/batch", NDJSON, batch).await;
        let answers: Vec<&str> = reply.text.lines().collect();
        assert_eq!(answers.len(), lines.len());
        for (case, answer) in lines.iter().zip(answers) {
            let item = Reply::item(answer);
            assert_eq!(differs(case, &group.library.answer(&case.json), &item), None);
        }
    }
}

#[tokio::test]
async fn a_raw_message_gets_the_answer_of_its_json() {
    let mut wrong = Vec::new();
    let mut spelled = 0;
    for group in groups() {
        for case in &group.cases {
            let Some(raw) = raw(&case.json).filter(|_| case.before.is_empty()) else { continue };
            let answer = group.library.answer(&raw.json);
            // What only JSON can get wrong has no other spelling.
            let Some(expected) = code_or_report(&answer) else { continue };
            spelled += 1;
            let reply = group.service.post(&format!("/scan?{}", raw.query), RAW, raw.wire).await;
            if repeats(case, &reply.text) {
                wrong.push(format!("{}: an answer repeats what was scanned", case.name));
            }
            let said = if reply.is_problem { reply.json()["code"].clone() } else { plain(reply.json()) };
            if said != expected {
                wrong.push(format!("{}:\n  raw {said}\n  library {expected}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(spelled > 50, "only {spelled} cases were spelled as raw messages");
}

#[tokio::test]
async fn the_codes_of_the_engine_are_codes_of_the_service() {
    let service = Service::start("");
    let document = service.get("/openapi.json").await;
    let words = &document.json()["components"]["schemas"]["Code"];
    let words: Vec<Value> = schema_words(words);
    for error in [
        ScanError::OverLimit { what: "body", actual: 2, limit: 1 },
        ScanError::Undecodable { coding: "gzip".to_owned() },
        ScanError::UnknownCoding,
        ScanError::Deadline { scanned_bytes: 0 },
    ] {
        assert!(words.contains(&Value::from(error.code())), "{} is not in {words:?}", error.code());
    }
}

/// The words of an enum in the OpenAPI document, each with or without a description of its own.
fn schema_words(schema: &Value) -> Vec<Value> {
    let plain = schema["enum"].as_array().cloned().unwrap_or_default();
    let described = schema["oneOf"].as_array().into_iter().flatten();
    plain.into_iter().chain(described.flat_map(schema_words)).collect()
}

fn agrees(answer: &Value, expect: &Expect) -> bool {
    match expect {
        Expect::Report(expected) => serde_json::to_value(expected).expect("JSON") == heart(answer),
        Expect::Problem(code) => {
            let said = &answer["problem"]["code"];
            answer.get("problem").is_some() && (said.is_null() || said == code)
        }
    }
}

/// Verdict, reason and rules of a report; the code of a problem.
fn heart(answer: &Value) -> Value {
    let Some(report) = answer.get("report") else { return answer["problem"]["code"].clone() };
    let expected = ExpectedReport {
        verdict: report["verdict"].as_str().unwrap_or_default().to_owned(),
        reason_code: report["reason_code"].as_str().map(str::to_owned),
        rules: rule_ids(report),
    };
    serde_json::to_value(expected).expect("words are JSON")
}

/// The report, or the code of a problem that is not about the form of JSON.
fn code_or_report(answer: &Value) -> Option<Value> {
    let code =
        || answer["problem"].get("code").filter(|code| *code == "over_limit" || *code == "undecodable");
    answer.get("report").or_else(code).cloned()
}

/// Whether `text` holds anything of what was scanned.
fn repeats(case: &Case, text: &str) -> bool {
    let text = text.to_lowercase();
    case.needles.iter().any(|needle| text.contains(&needle.to_lowercase()))
}

/// How the service's answer is not the library's, named without what was scanned.
fn differs(case: &Case, library: &Value, reply: &Reply) -> Option<String> {
    let name = &case.name;
    if repeats(case, &reply.text) || repeats(case, &library.to_string()) {
        return Some(format!("{name}: an answer repeats what was scanned"));
    }
    let said = reply.json();
    if let Some(report) = library.get("report") {
        let said = plain(said);
        return (said != *report).then(|| format!("{name}:\n  service {said}\n  library {report}"));
    }
    // The engine has no word for what serde refuses; there, the corpus knows.
    let Expect::Problem(code) = &case.expect else {
        return Some(format!("{name}: the library has no verdict"));
    };
    let problem = &library["problem"];
    let detail_differs = !problem["code"].is_null() && said["detail"] != problem["detail"];
    let differs = !reply.is_problem || said["code"] != **code || detail_differs;
    differs.then(|| format!("{name}:\n  service {said}\n  library {problem}, {code} expected"))
}
