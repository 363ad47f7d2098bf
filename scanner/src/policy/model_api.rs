//! Hosts that serve models: every request carries the whole conversation again.

use crate::hosts::{HostPattern, HostSet};

/// Hosts of model APIs, from the vendors' API references. A `*` that is not a first label stands for a
/// region.
const MODEL_API_HOSTS: &[&str] = &[
    "api.anthropic.com",
    "api.openai.com",
    "*.api.openai.com",
    "generativelanguage.googleapis.com",
    "aiplatform.googleapis.com",
    "*-aiplatform.googleapis.com",
    "*.openai.azure.com",
    "*.services.ai.azure.com",
    "*.inference.ai.azure.com",
    "bedrock-runtime.*.amazonaws.com",
    "bedrock-runtime-fips.*.amazonaws.com",
    "api.mistral.ai",
    "codestral.mistral.ai",
    "api.groq.com",
    "openrouter.ai",
    "api.x.ai",
    "api.deepseek.com",
    "api.cohere.com",
    "api.cohere.ai",
    "api.together.xyz",
    "api.together.ai",
    "api.fireworks.ai",
    "api.perplexity.ai",
    "api.cerebras.ai",
    "api.sambanova.ai",
    "integrate.api.nvidia.com",
    "api.ai21.com",
    "api.moonshot.ai",
    "api.moonshot.cn",
    "dashscope.aliyuncs.com",
    "dashscope-intl.aliyuncs.com",
    "router.huggingface.co",
    "api-inference.huggingface.co",
    "models.github.ai",
    "api.githubcopilot.com",
    "*.githubcopilot.com",
];

/// The built-in hosts and those the policy adds.
pub(super) fn hosts(added: Vec<HostPattern>) -> HostSet {
    let builtin = MODEL_API_HOSTS.iter();
    let builtin = builtin.map(|host| HostPattern::builtin(host).expect("the table holds host patterns"));
    HostSet::new(builtin.chain(added))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_apis_are_known_by_their_hosts() {
        let set = hosts(vec![HostPattern::parse("llm.example.org").unwrap()]);
        for host in [
            "api.anthropic.com",
            "API.OpenAI.com:443",
            "contoso.openai.azure.com",
            "bedrock-runtime.eu-central-1.amazonaws.com",
            "europe-west4-aiplatform.googleapis.com",
            "llm.example.org",
        ] {
            assert!(set.matches(host), "{host}");
        }
        for host in ["openai.azure.com", "bedrock-runtime.amazonaws.com", "s3.amazonaws.com", "example.org"] {
            assert!(!set.matches(host), "{host}");
        }
    }
}
