using System.Globalization;
using System.Text;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Runtime;

/// <summary>The printed form of values: plain at the top level, quoted and nested inside lists and objects.</summary>
internal static class ValuePrinter
{
    public const string DefaultDateFormat = "%d %b %Y";

    /// <param name="context">The render that is charged for it; null outside of any.</param>
    public static string Print(TemplateValue value, CultureInfo culture, RenderLimits limits, RenderContext? context = null, SourceSpan span = default)
    {
        if (value.Kind is not (TemplateValueKind.List or TemplateValueKind.Object))
        {
            return PrintSimple(value, culture);
        }

        var text = new StringBuilder();
        PrintNested(text, value, culture, limits, context, span, 0);
        return IsCut(context) ? Cut(text.ToString(), limits) : text.ToString();
    }

    /// <summary>As published, what is too long is cut; in a mail it is an error.</summary>
    private static bool IsCut(RenderContext? context) => context is { Template.Options.IsMail: false };

    public static string Cut(string text, RenderLimits limits) => text.Length > limits.StringLength ? string.Concat(text.AsSpan(0, limits.StringLength), "...") : text;

    private static string PrintSimple(TemplateValue value, CultureInfo culture) => value.Kind switch
    {
        TemplateValueKind.Null or TemplateValueKind.Empty => "",
        TemplateValueKind.Boolean => value.AsBoolean ? "true" : "false",
        TemplateValueKind.Int or TemplateValueKind.Long => value.AsLong.ToString(culture),
        TemplateValueKind.BigInteger => value.AsBigInteger.ToString(culture),
        TemplateValueKind.Float => value.AsFloat.ToString(culture),
        TemplateValueKind.Double => value.AsDouble.ToString(culture),
        TemplateValueKind.Decimal => value.AsDecimal.ToString(culture),
        TemplateValueKind.Date => DateFormat.Write(value.AsDate, DefaultDateFormat, culture, hasBareNumbers: false),
        TemplateValueKind.Duration => value.AsDuration.ToString("c", culture),
        TemplateValueKind.Function => "<function>",
        _ => value.AsText,
    };

    private static void PrintNested(StringBuilder text, TemplateValue value, CultureInfo culture, RenderLimits limits, RenderContext? context, SourceSpan span, int depth)
    {
        if (depth > limits.ObjectDepth)
        {
            throw new TemplateFault("Structure is too deeply nested or contains reference loops.");
        }

        if (text.Length > limits.StringLength)
        {
            if (IsCut(context))
            {
                return;
            }

            throw new TemplateFault($"The printed form of this value exceeds LimitToString `{limits.StringLength}`.");
        }

        switch (value.Kind)
        {
            case TemplateValueKind.Null:
                text.Append("null");
                break;
            case TemplateValueKind.Text when !value.IsCharacter:
                AppendQuoted(text, value.AsText);
                break;
            case TemplateValueKind.List:
                var list = value.AsList.Settled();
                text.Append('[');
                for (var i = 0; i < list.Count; i++)
                {
                    text.Append(i == 0 ? "" : ", ");
                    PrintNested(text, list[i], culture, limits, context, span, depth + 1);
                }

                text.Append(']');
                break;
            case TemplateValueKind.Object:
                var members = value.AsObject;
                text.Append('{');
                for (var i = 0; i < members.Count; i++)
                {
                    text.Append(i == 0 ? "" : ", ");
                    AppendName(text, members.NameAt(i));
                    text.Append(": ");
                    PrintNested(text, members.ValueAt(i), culture, limits, context, span, depth + 1);
                }

                text.Append('}');
                break;
            case TemplateValueKind.Date when context is not null:
                text.Append(context.Print(value, span));
                break;
            default:
                if (value.Kind == TemplateValueKind.BigInteger)
                {
                    context?.ChargeDigits(value, span);
                }

                text.Append(PrintSimple(value, culture));
                break;
        }
    }

    private static void AppendName(StringBuilder text, string name)
    {
        if (name.Length > 0 && !char.IsDigit(name[0]) && name.All(c => char.IsLetterOrDigit(c) || c == '_'))
        {
            text.Append(name);
        }
        else
        {
            AppendQuoted(text, name);
        }
    }

    public static void AppendQuoted(StringBuilder text, string value)
    {
        text.Append('"');
        AppendEscaped(text, value);
        text.Append('"');
    }

    public static void AppendEscaped(StringBuilder text, string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\a' => text.Append("\\a"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\r' => text.Append("\\r"),
                '\v' => text.Append("\\v"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                _ when char.IsControl(c) => text.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => text.Append(c),
            };
        }
    }
}
