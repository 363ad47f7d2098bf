//! OpenAPI schemas of what serde reads by hand.

use std::borrow::Cow;

use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema, openapi::RefOr};

use super::RawText;

impl PartialSchema for RawText<'_> {
    fn schema() -> RefOr<Schema> {
        let plain = ObjectBuilder::new().schema_type(Type::String).description(Some("The text."));
        let base64 = ObjectBuilder::new()
            .schema_type(Type::String)
            .content_encoding("base64")
            .description(Some("Standard, padded base64."));
        let bytes = ObjectBuilder::new()
            .property("base64", base64)
            .required("base64")
            .additional_properties(Some(AdditionalProperties::FreeForm(false)))
            .description(Some("Bytes that are no UTF-8."));
        let description = "A string, or bytes that are none as `{\"base64\": …}`.";
        OneOfBuilder::new().item(plain).item(bytes).description(Some(description)).into()
    }
}

impl ToSchema for RawText<'_> {
    fn name() -> Cow<'static, str> {
        "Text".into()
    }
}
