using System.Buffers;
using System.Text;
using Nurture.Templating.Builtins;
using Nurture.Templating.Compilation;
using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating;

/// <summary>A parsed template: immutable, and safe to share between threads.</summary>
public sealed class Template
{
    private readonly TemplateObject _builtins;

    private Template(string text, string name, TemplateOptions options, bool isCodeOnly)
    {
        Text = text;
        Name = name;
        Options = options;
        _builtins = Functions.For(options.Profile);
        var parser = new Parser(isCodeOnly ? Lexer.ReadCode(text, options.IsMail) : Lexer.ReadTemplate(text, options.IsMail), options.MaxNesting, options.IsMail);
        var block = parser.ParseTemplate();
        var binder = new Binder(text, options, _builtins);
        List<TemplateDiagnostic> diagnostics = [.. parser.Diagnostics];
        try
        {
            Bound = binder.Bind(diagnostics.Count == 0 ? block : new Block([]));
        }
        catch (InsufficientExecutionStackException)
        {
            diagnostics.Add(new TemplateDiagnostic(new SourceSpan(0, 0, 1, 1), "This template is nested too deeply.", "Nest less deeply."));
            Bound = new BoundTemplate([], new FrameLayout());
        }

        diagnostics.AddRange(binder.Diagnostics);
        Diagnostics = diagnostics;
        Names = binder.Names;
        Called = binder.Called;
        Includes = binder.Includes;
        Assigned = binder.Assigned;
        Comparisons = binder.Comparisons;
        Facts = binder.Facts;
        ReadsUnnamed = binder.ReadsUnnamed;
        Raws = binder.Raws;
        UnknownDateCodes = binder.UnknownDateCodes;
    }

    /// <summary>What mails may call, with their families: <c>string.upcase</c>.</summary>
    public static IReadOnlyList<string> FunctionsOfMails { get; } =
    [
        .. Functions.For(TemplateProfile.Mail).SelectMany(one => one.Value.Kind == TemplateValueKind.Object ? one.Value.AsObject.Select(function => $"{one.Key}.{function.Key}") : one.Value.Kind == TemplateValueKind.Function ? [one.Key] : [])
            .Order(StringComparer.Ordinal),
    ];

    public string Name { get; }

    public TemplateOptions Options { get; }

    /// <summary>What is wrong with the text. A template that has any cannot be rendered.</summary>
    public IReadOnlyList<TemplateDiagnostic> Diagnostics { get; }

    public bool IsValid => Diagnostics.Count == 0;

    /// <summary>
    /// The paths taken from the model, as <c>contact.first_name</c>, sorted. A path ends where a name is computed. Inside
    /// <c>with</c> a bare name is listed as written, since it may be the model's too.
    /// </summary>
    public IReadOnlyCollection<string> Names { get; }

    /// <summary>Whom the functions of names are asked about, as paths: <c>contact</c>. Of their names, <see cref="Names"/> has <c>name</c> alone.</summary>
    public IReadOnlyCollection<string> Called { get; }

    /// <summary>Plain names that the template sets itself at some place: the model's of that name may be read at another without being in <see cref="Names"/>.</summary>
    public IReadOnlyCollection<string> Assigned { get; }

    /// <summary>What it compares, of the mail profile; none where names may be set that are not written. What it sets itself is not among them.</summary>
    public IReadOnlyList<TemplateComparison> Comparisons { get; }

    /// <summary>What must be answered before it runs, each place by itself.</summary>
    public IReadOnlyList<TemplateFact> Facts { get; }

    /// <summary>It may read whatever the model has: the model as a whole (<c>this</c>), code that it evaluates, texts that it includes.</summary>
    public bool ReadsUnnamed { get; }

    /// <summary>Where a mail prints values as markup that nobody escapes, or may do so; what it prints raw of its own text is not among it.</summary>
    public IReadOnlyList<SourceSpan> Raws { get; }

    /// <summary>Codes in the patterns of dates that are none and are printed as they stand, and where.</summary>
    public IReadOnlyList<(SourceSpan At, string Code)> UnknownDateCodes { get; }

    /// <summary>The templates included under a fixed name, sorted.</summary>
    public IReadOnlyCollection<string> Includes { get; }

    public string Text { get; }

    internal BoundTemplate Bound { get; }

    /// <summary>Where the text was evaluated that this is: what goes wrong in it went wrong there, since nobody sees its lines. Null for others.</summary>
    internal SourceSpan? EvaluatedAt { get; private init; }

    /// <summary>Never throws: what is wrong is in <see cref="Diagnostics"/>.</summary>
    public static Template Parse(string text, string name, TemplateOptions options)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(options);
        return new Template(text, name, options, isCodeOnly: false);
    }

    /// <summary>A text made by a template, as <c>object.eval</c> runs it.</summary>
    /// <param name="at">The place of the call, in <paramref name="caller"/>.</param>
    internal static Template ParseMade(string text, bool isCodeOnly, Template caller, SourceSpan at) =>
        new(text, caller.Name, caller.Options with { Facts = null }, isCodeOnly) { EvaluatedAt = caller.EvaluatedAt ?? at };

    /// <summary>
    /// Writes the whole output, or throws a <see cref="TemplateException"/> and writes nothing. The output depends on the
    /// arguments alone.
    /// </summary>
    public void Render(IBufferWriter<byte> output, TemplateValue model, RenderOptions options)
    {
        using var context = Run(model, options);
        output.Write(context.Output.Written);
    }

    /// <summary>As the other, for those who want a string.</summary>
    public string Render(TemplateValue model, RenderOptions options)
    {
        using var context = Run(model, options);
        return Encoding.UTF8.GetString(context.Output.Written);
    }

    private RenderContext Run(TemplateValue model, RenderOptions options)
    {
        if (!IsValid)
        {
            var first = Diagnostics[0];
            throw new TemplateException(Name, first.Span.Line, first.Span.Column, first.Said, first.Advice);
        }

        if (model.Kind is not (TemplateValueKind.Object or TemplateValueKind.Null))
        {
            throw new ArgumentException("The model of a template must be an object.", nameof(model));
        }

        var context = new RenderContext(this, options, _builtins, model.IsNull ? new TemplateObject() : model.AsObject);
        try
        {
            if (!Options.IsMail)
            {
                context.ReplaceModel(ModelCopy.Of(model, context));
            }

            if (StatementNode.Run(context, Bound.Body) == Flow.Return)
            {
                PrintNode.Write(context, context.ReturnValue, Options.IsHtml, new SourceSpan(0, 0, 1, 1));
            }

            return context;
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>The template's own text with <c>_</c> in place of each character of its code, so that every place stays where it is.</summary>
    public string WithoutCode()
    {
        var bare = new string('_', Text.Length).ToCharArray();
        foreach (var token in Lexer.ReadTemplate(Text).Tokens)
        {
            if (token.Kind == TokenKind.Raw)
            {
                Text.CopyTo(token.Span.Start, bare, token.Span.Start, token.Span.Length);
            }
        }

        return new string(bare);
    }

    internal string TextOf(SourceSpan span) => Text.Substring(span.Start, span.Length);

    /// <summary>The place just behind a span.</summary>
    internal SourceSpan EndOf(SourceSpan span) => EndOf(Text, span);

    internal static SourceSpan EndOf(string text, SourceSpan span)
    {
        var (line, column) = (span.Line, span.Column);
        foreach (var c in text.AsSpan(span.Start, span.Length))
        {
            (line, column) = c == '\n' ? (line + 1, 1) : (line, column + 1);
        }

        return new SourceSpan(span.End, 0, line, column);
    }
}
