using System.Text;
using System.Text.Json;
using Nurture.Templating.Compilation;
using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Builtins;

/// <summary><c>object.*</c>: asking values what they are and what they hold.</summary>
internal static class ObjectFunctions
{
    public static readonly BuiltinFunction[] All =
    [
        new("object.default", "value, default", Default),
        new("object.eval", "text", Eval),
        new("object.eval_template", "text", EvalTemplate),
        new("object.format", "value, format, culture?", Format),
        new("object.from_json", "json", FromJson),
        new("object.has_key", "object, key", HasKey),
        new("object.has_value", "object, key", HasValue),
        new("object.keys", "object", Keys),
        new("object.kind", "value", Kind),
        new("object.size", "value", Size),
        new("object.to_json", "value", ToJson),
        new("object.typeof", "value", TypeOf),
        new("object.values", "object", Values),
    ];

    /// <summary>The value, or the default where it is null or an empty text.</summary>
    /// <example>null | object.default "there" → there</example>
    /// <example>"" | object.default "there" → there</example>
    public static TemplateValue Default(in Call call) =>
        call[0].IsNull || call[0].Kind == TemplateValueKind.Text && call[0].AsText.Length == 0 ? call[1] : call[0];

    /// <summary>The value of an expression given as text.</summary>
    /// <example>"1 + 2" | object.eval → 3</example>
    public static TemplateValue Eval(in Call call) => call.TextOrNull(0) is { } text ? Run(call, text, isCodeOnly: true) : TemplateValue.Null;

    /// <summary>The output of a template given as text.</summary>
    /// <example>"a {{ 1 + 2 }}" | object.eval_template → a 3</example>
    public static TemplateValue EvalTemplate(in Call call) => call.TextOrNull(0) is { } text ? Run(call, text, isCodeOnly: false) : TemplateValue.Null;

    // Parsing, binding and a frame, for however little.
    private const int EvalSteps = 100;

    private static TemplateValue Run(in Call call, string text, bool isCodeOnly)
    {
        var (context, span) = (call.Context, call.Span);
        context.Charge(EvalSteps + text.Length, span);
        var caller = context.Template;
        var template = Template.ParseMade(text, isCodeOnly, caller, span);
        if (!template.IsValid)
        {
            var first = template.Diagnostics[0];
            throw context.Error(span, $"Error while parsing `{(text.Length > 60 ? text[..60] + "…" : text)}`: ({first.Span.Line},{first.Span.Column}) {first.Said}", first.Advice);
        }

        if (template.Raws.Count > 0 && caller.Raws.Count == 0)
        {
            throw context.Error(span, "This text prints values as markup, as the template that evaluates it does nowhere.", "Take raw out of it, or write it into the template.");
        }

        context.EnterCall(span, "eval");
        var callerFrame = context.Frame;

        // The text sees the locals of the place where it is evaluated.
        var layout = template.Bound.Layout;
        var frame = new Frame(layout, callerFrame.LocalsFor(layout), callerFrame.Arguments, callerFrame.Block);
        (context.Template, context.Frame) = (template, frame);
        var outer = isCodeOnly ? null : context.BeginCapture();
        CapturedText? captured = null;
        try
        {
            var result = isCodeOnly ? Evaluate(context, template) : TemplateValue.Null;
            if (outer is null)
            {
                return result;
            }

            if (StatementNode.Run(context, template.Bound.Body) == Flow.Return)
            {
                context.ReturnValue = TemplateValue.Null;
            }

            captured = context.EndCapture(outer, caller.Options.IsHtml, span);
            return TemplateValue.From(captured);
        }
        finally
        {
            if (outer is not null && captured is null)
            {
                context.AbandonCapture(outer);
            }

            (context.Template, context.Frame) = (caller, callerFrame);
            callerFrame.TakeBack(layout, frame.Locals);
            context.LeaveCall();
        }
    }

    /// <summary>A single expression is the result; other statements run, and <c>ret</c> gives one.</summary>
    private static TemplateValue Evaluate(RenderContext context, Template template)
    {
        if (template.Bound.Body is [PrintNode only])
        {
            return only.Value.Evaluate(context);
        }

        if (StatementNode.Run(context, template.Bound.Body) != Flow.Return)
        {
            return TemplateValue.Null;
        }

        var result = context.ReturnValue;
        context.ReturnValue = TemplateValue.Null;
        return result;
    }

    /// <summary>A number or a date in a .NET format.</summary>
    /// <example>255 | object.format "X4" → 00FF</example>
    public static TemplateValue Format(in Call call) =>
        call.IsNull(0) ? "" : NumberFormat.Write(call, call[0], call.TextOrNull(1), call.TextOrNull(2));

    /// <summary>The value that a JSON text describes.</summary>
    /// <example>('{"plan": "pro"}' | object.from_json).plan → pro</example>
    public static TemplateValue FromJson(in Call call)
    {
        if (call.TextOrNull(0) is not { } text)
        {
            return TemplateValue.Null;
        }

        call.Context.Charge(text.Length, call.Span);
        try
        {
            return Owned(TemplateValue.FromJson(Encoding.UTF8.GetBytes(text)), call.Context);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter of half a character, `"\ud800"`.
            throw call.Context.Error(call.Site.Argument(0), $"This text is not JSON: {exception.Message}", null, exception);
        }
    }

    private static TemplateValue Owned(TemplateValue value, RenderContext context)
    {
        if (value.TryGetList(out var items))
        {
            var list = new TemplateList(items.Count) { Owner = context };
            foreach (var item in items)
            {
                list.Add(Owned(item, context));
            }

            return list;
        }

        return value.Kind == TemplateValueKind.Object ? ModelCopy.Of(value, context) : value;
    }

    /// <summary>Whether an object has a member of the name.</summary>
    /// <example>{plan: null} | object.has_key "plan" → true</example>
    public static TemplateValue HasKey(in Call call) => call.Object(0)?.Contains(call.Text(1)) == true;

    /// <summary>Whether an object has a member of the name that is not null.</summary>
    /// <example>{plan: null} | object.has_value "plan" → false</example>
    public static TemplateValue HasValue(in Call call) => call.Object(0) is { } members && !members[call.Text(1)].IsNull;

    /// <summary>The names of an object's members.</summary>
    /// <example>{a: 1, b: 2} | object.keys → ["a", "b"]</example>
    public static TemplateValue Keys(in Call call) => Collected(call, isKeys: true);

    /// <summary>The values of an object's members.</summary>
    /// <example>{a: 1, b: 2} | object.values → [1, 2]</example>
    public static TemplateValue Values(in Call call) => Collected(call, isKeys: false);

    private static TemplateList Collected(in Call call, bool isKeys)
    {
        var made = call.NewArray();
        if (call.Object(0) is { } members)
        {
            call.Charge(members.Count);
            foreach (var member in members)
            {
                made.Add(isKeys ? member.Key : member.Value);
            }
        }

        return made;
    }

    /// <summary>The exact type of a value; null of null.</summary>
    /// <example>1.5 | object.kind → double</example>
    public static TemplateValue Kind(in Call call) => call[0].Kind switch
    {
        TemplateValueKind.Null => TemplateValue.Null,

        // As published, what the language has no name for is called as .NET calls it.
        TemplateValueKind.Date when !call.Context.Template.Options.IsMail => nameof(DateTime),
        TemplateValueKind.Duration when !call.Context.Template.Options.IsMail => nameof(TimeSpan),
        TemplateValueKind.Text when call[0].IsCharacter && !call.Context.Template.Options.IsMail => nameof(Char),
        _ => Numbers.TypeName(call[0]),
    };

    /// <summary>The length of a text, or the number of a list's items or an object's members.</summary>
    /// <example>[1, 2, 3] | object.size → 3</example>
    public static TemplateValue Size(in Call call) => call[0].Kind switch
    {
        TemplateValueKind.Text => call[0].AsText.Length,
        TemplateValueKind.List => call[0].AsList.Count,
        TemplateValueKind.Object => call[0].AsObject.Count,
        _ => 0,
    };

    /// <summary>The value as JSON.</summary>
    /// <example>{a: [1, true]} | object.to_json | raw → {"a":[1,true]}</example>
    public static TemplateValue ToJson(in Call call)
    {
        var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            JsonForm.Write(writer, call[0], call.Context, call.Span, 0);
        }

        call.ChargeText(bytes.Length);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>The family of a value, null of null: boolean, number, string, array, iterator, object.</summary>
    /// <example>1.5 | object.typeof → number</example>
    public static TemplateValue TypeOf(in Call call) => call[0].Kind switch
    {
        TemplateValueKind.Null => TemplateValue.Null,
        TemplateValueKind.Boolean => "boolean",
        TemplateValueKind.Text => "string",
        TemplateValueKind.List => call[0].AsList.IsSequence ? "iterator" : "array",
        _ => call[0].IsNumber ? "number" : "object",
    };
}
