using Nurture.Templating.Compilation;
using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Builtins;

/// <summary><c>include name arguments…</c>: another template's output, rendered with the same variables.</summary>
internal sealed class IncludeFunction() : TemplateFunction("include")
{
    public override bool TakesArguments => true;

    public override TemplateValue Invoke(in Invocation invocation)
    {
        var template = Find(invocation);
        return Capture(invocation, template);
    }

    /// <summary>Writes the included output at once where nothing has to be done to it, and then gives null.</summary>
    public TemplateValue Print(in Invocation invocation)
    {
        var template = Find(invocation);
        if (invocation.Context.Template.Options.IsHtml && !template.Options.IsHtml)
        {
            return Capture(invocation, template);
        }

        Run(invocation, template);
        return TemplateValue.Null;
    }

    /// <summary>The outputs of several templates with a separator between them, which as <c>tpl:name</c> is a template itself.</summary>
    /// <example>include_join ["a", "b"] ", " → [a], [b]</example>
    public static TemplateValue Join(in Call call)
    {
        var names = call.List(0) ?? throw call.Fail("The names of include_join are null.");
        var include = new IncludeFunction();
        var (context, span) = (call.Context, call.Span);
        var isHtml = context.Template.Options.IsHtml;
        var outer = context.BeginCapture();
        CapturedText? captured = null;
        try
        {
            Write(2, call);
            for (var i = 0; i < names.Count; i++)
            {
                if (i > 0)
                {
                    Write(1, call);
                }

                PrintNode.Write(context, include.Invoke(context, span, names[i]), isHtml, span);
            }

            Write(3, call);
            captured = context.EndCapture(outer, isHtml, span);
            return TemplateValue.From(captured);
        }
        finally
        {
            if (captured is null)
            {
                context.AbandonCapture(outer);
            }
        }

        void Write(int at, in Call from)
        {
            var text = from.TextOrNull(at) ?? "";
            var value = text.StartsWith("tpl:", StringComparison.Ordinal) ? include.Invoke(from.Context, from.Span, text[4..]) : text;
            PrintNode.Write(from.Context, value, isHtml, from.Span);
        }
    }

    private static TemplateValue Capture(in Invocation invocation, Template template)
    {
        var context = invocation.Context;
        var outer = context.BeginCapture();
        CapturedText? captured = null;
        try
        {
            Run(invocation, template);
            captured = context.EndCapture(outer, template.Options.IsHtml, invocation.Site.Span);
            return TemplateValue.From(captured);
        }
        finally
        {
            if (captured is null)
            {
                context.AbandonCapture(outer);
            }
        }
    }

    private static Template Find(in Invocation invocation)
    {
        var (context, span) = (invocation.Context, invocation.Site.Span);
        if (invocation.Values.IsEmpty)
        {
            throw context.Error(context.Template.EndOf(span), "Invalid number of arguments `0` passed to `include` while expecting `1` arguments");
        }

        var name = context.Print(invocation.Values[0], span);
        if (name.Length == 0)
        {
            throw context.Error(invocation.Site.Argument(0), "Include template name cannot be null or empty");
        }

        if (context.Options.Loader is not { } loader)
        {
            throw context.Error(span, $"Unable to include <{name}>. No TemplateLoader registered");
        }

        var template = loader(name) ?? throw context.Error(invocation.Site.Argument(0), $"Include template path is null for `{name}`: there is no such template");
        if (template.Options.Profile != context.Template.Options.Profile)
        {
            throw context.Error(span, $"The template `{name}` follows the {template.Options.Profile} profile, this one the {context.Template.Options.Profile} profile.");
        }

        if (!template.IsValid)
        {
            var first = template.Diagnostics[0];
            throw context.Error(span, $"Error while parsing template `{name}`: {template.Name}({first.Span.Line},{first.Span.Column}) : error : {first.Said}");
        }

        return template;
    }

    private static void Run(in Invocation invocation, Template template)
    {
        var context = invocation.Context;
        context.EnterCall(invocation.Site.Span, "include", template.Bound.Layout.Count);
        var frame = new Frame(template.Bound.Layout, template.Bound.NewLocals(), NewArguments(invocation, template, out var promoted), null);
        foreach (var (slot, value) in promoted)
        {
            frame.Locals[slot] = value;
        }

        var (callerFrame, callerTemplate) = (context.Frame, context.Template);
        (context.Frame, context.Template) = (frame, template);
        try
        {
            if (StatementNode.Run(context, template.Bound.Body) == Flow.Return)
            {
                var result = context.ReturnValue;
                context.ReturnValue = TemplateValue.Null;
                PrintNode.Write(context, result, template.Options.IsHtml, new SourceSpan(0, 0, 1, 1));
            }
        }
        finally
        {
            (context.Frame, context.Template) = (callerFrame, callerTemplate);
            context.LeaveCall();
        }
    }

    /// <summary><c>$</c> holds the name at 0, then the arguments; the named ones are its members, and locals of the included template.</summary>
    private static TemplateList NewArguments(in Invocation invocation, Template template, out List<(int Slot, TemplateValue Value)> promoted)
    {
        promoted = [];
        var context = invocation.Context;
        var arguments = new TemplateList(invocation.Values.Length) { Owner = context };
        for (var i = 0; i < invocation.Values.Length; i++)
        {
            if (invocation.Names.IsEmpty || invocation.Names[i] is not { } name)
            {
                arguments.Add(invocation.Values[i]);
                continue;
            }

            (arguments.Members ??= new TemplateObject { Owner = context })[name] = invocation.Values[i];
            if (template.Bound.Layout.TryGetSlot("$" + name, out var slot))
            {
                promoted.Add((slot, invocation.Values[i]));
            }
        }

        return arguments;
    }
}
