using System.Globalization;
using System.Text.Json;
using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Builtins;

/// <summary>Writes a value as JSON; dates in ISO 8601, functions not at all.</summary>
internal static class JsonForm
{
    public static void Write(Utf8JsonWriter writer, TemplateValue value, RenderContext context, SourceSpan span, int depth)
    {
        context.Charge(1, span);
        if (depth > context.Limits.ObjectDepth)
        {
            throw new TemplateFault("Structure is too deeply nested or contains reference loops.");
        }

        if (writer.BytesCommitted + writer.BytesPending > context.Limits.StringLength)
        {
            throw new TemplateFault($"The JSON of this value exceeds LimitToString `{context.Limits.StringLength}`.");
        }

        switch (value.Kind)
        {
            case TemplateValueKind.Null or TemplateValueKind.Empty: writer.WriteNullValue(); break;
            case TemplateValueKind.Boolean: writer.WriteBooleanValue(value.AsBoolean); break;
            case TemplateValueKind.Int or TemplateValueKind.Long: writer.WriteNumberValue(value.AsLong); break;
            case TemplateValueKind.BigInteger:
                context.ChargeDigits(value, span);
                writer.WriteRawValue(value.AsBigInteger.ToString(CultureInfo.InvariantCulture));
                break;
            case TemplateValueKind.Decimal: writer.WriteNumberValue(value.AsDecimal); break;
            case TemplateValueKind.Float or TemplateValueKind.Double: WriteDouble(writer, value); break;
            case TemplateValueKind.Date: writer.WriteStringValue(value.AsDate); break;
            case TemplateValueKind.Duration: writer.WriteStringValue(value.AsDuration.ToString("c", CultureInfo.InvariantCulture)); break;
            case TemplateValueKind.Text:
                context.Charge(value.AsText.Length / 32, span);
                writer.WriteStringValue(value.AsText);
                break;
            case TemplateValueKind.Function: throw new TemplateFault("A function cannot be written as JSON.");
            case TemplateValueKind.List:
                writer.WriteStartArray();
                foreach (var item in value.AsList)
                {
                    Write(writer, item, context, span, depth + 1);
                }

                writer.WriteEndArray();
                break;
            case TemplateValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.AsObject)
                {
                    context.Charge(member.Key.Length / 32, span);
                    writer.WritePropertyName(member.Key);
                    Write(writer, member.Value, context, span, depth + 1);
                }

                writer.WriteEndObject();
                break;
        }
    }

    private static void WriteDouble(Utf8JsonWriter writer, TemplateValue value)
    {
        var number = Numbers.ToDouble(value);
        if (!double.IsFinite(number))
        {
            throw new TemplateFault("JSON has no number for infinity or what is not a number.");
        }

        if (value.Kind == TemplateValueKind.Float)
        {
            writer.WriteNumberValue(value.AsFloat);
        }
        else
        {
            writer.WriteNumberValue(number);
        }
    }
}
