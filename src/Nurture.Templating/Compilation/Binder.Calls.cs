using Nurture.Templating.Builtins;
using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Compilation;

/// <summary>
/// Calls, and which of them can only fail: what a call by a function's full name would end in is known without running it,
/// and so is a call of a function that the template declares in one place and sets in no other.
/// </summary>
internal sealed partial class Binder
{
    // The functions of the template, by name; a local's with the frame that it belongs to.
    private readonly Dictionary<(FrameLayout? Frame, string Name), FunctionDeclaration> _declarations = [];
    private readonly Dictionary<(FrameLayout? Frame, string Name), int> _settings = [];
    private readonly List<Mention> _mentions = [];

    private readonly List<(SourceSpan, string)> _dateCodes = [];

    // Loop variables and parameters, anywhere.
    private readonly HashSet<string> _everBound = new(StringComparer.Ordinal);

    // What is called or handed over here, and so is not called by being read.
    private Expression? _uncalled;

    // Names may be set that are not written: members of `this`, what is imported.
    private bool _setsUnnamed;

    /// <param name="Call">Null for a name that stands alone, which calls a function without arguments.</param>
    /// <param name="IsInObject">Members of an object are plain names there.</param>
    private sealed record Mention(FrameLayout? Frame, string Name, SourceSpan Span, Expression.Call? Call, bool IsInObject, bool IsInFunction);

    private ExpressionNode BindUncalled(Expression expression, bool isTested)
    {
        _uncalled = expression;
        return BindExpression(expression, isTested);
    }

    private CallNode BindCall(Expression.Call call, ScriptFunctionBody? block, bool isStatement)
    {
        CheckUnaskable(call);
        var path = PathOf(call.Function);
        NoteRawCall(call);
        NoteDateCodes(call, path);
        var function = BindUncalled(call.Function, isTested: true);
        var arguments = new ExpressionNode[call.Arguments.Count];
        var names = new string?[arguments.Length];
        var spreads = new bool[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = call.Arguments[i];
            names[i] = argument.Name;
            spreads[i] = IsSpread(argument);

            if (path?.StartsWith(NameFunctions.Family, StringComparison.Ordinal) == true && options.IsMail && PathOf(argument.Value) is { Length: > 0 } whom)
            {
                // Somebody who may be missing, and of whom no more is read than the names.
                NoteName($"{whom}.name");
                _called.Add(whom);
                var isHead = _isHead;
                _isHead = true;
                arguments[i] = BindTested(argument.Value);
                _isHead = isHead;
                continue;
            }

            // What has a default may be missing.
            arguments[i] = BindExpression(argument.Value, isTested: i == 0 && path == "object.default");
        }

        if (options.IsMail && function is BuiltinNode { Function: BuiltinFunction known })
        {
            CheckArguments(call, known);
        }
        else if (call.Function is Expression.Name name)
        {
            NoteMention(name, call);
        }

        if (path == "include" && call.Arguments is [{ Value: Expression.Literal { Value: string included } }, ..])
        {
            _includes.Add(included);
        }

        return new CallNode(function, arguments, names, spreads, call.IsPiped, call.Span) { Block = block, RefusesStatements = options.RefusesStatementCalls && !isStatement };
    }

    /// <summary>A pattern that is written in the template, of a date that is printed.</summary>
    private void NoteDateCodes(Expression.Call call, string? path)
    {
        var argument = path switch
        {
            "date.to_string" => call.Arguments.FirstOrDefault(argument => argument.Name == "pattern") ?? call.Arguments.ElementAtOrDefault(1),
            "date.parse_to_string" => call.Arguments.FirstOrDefault(argument => argument.Name == "output_pattern") ?? call.Arguments.ElementAtOrDefault(1),
            _ => null,
        };
        if (argument?.Value is Expression.Literal { Value: string pattern } written && DateFormat.UnknownCode(pattern) is { } code)
        {
            _dateCodes.Add((written.Span, code));
        }
    }

    private static bool IsSpread(Argument argument) => argument.Value is Expression.Unary { Operator: UnaryOperator.Spread };

    private void CheckArguments(Expression.Call call, BuiltinFunction function)
    {
        if (call.Arguments.Any(IsSpread))
        {
            return;
        }

        if (call.Arguments.FirstOrDefault(argument => argument.Name is { } name && !function.Parameters.Contains(name)) is { } unknown)
        {
            _diagnostics.Add(new TemplateDiagnostic(unknown.Value.Span, $"`{function.Name}` has no argument `{unknown.Name}`.",
                Suggestion.For(unknown.Name!, function.Parameters) ?? Takes(function.Declared, call.IsPiped)));
            return;
        }

        var given = call.Arguments.Count;
        if (given < function.Required)
        {
            ReportCount(Template.EndOf(text, call.Span), function.Name, given, isFew: true, Takes(function.Declared, call.IsPiped));
        }
        else if (given > function.Maximum)
        {
            ReportCount(call.Arguments[function.Maximum].Value.Span, function.Name, given, isFew: false, Takes(function.Declared, call.IsPiped));
        }
    }

    private static string Takes(string declared, bool isPiped) =>
        $"It takes {(declared.Length == 0 ? "none" : $"({declared})")}{(isPiped ? ", the first of them from the pipe" : "")}.";

    private void ReportCount(SourceSpan at, string name, int given, bool isFew, string hint) =>
        _diagnostics.Add(new TemplateDiagnostic(at, $"`{name}` is given {(given == 0 ? "no" : given)} {(given == 1 ? "argument" : "arguments")}, which is too {(isFew ? "few" : "many")}.", hint));

    private void ReportBare(SourceSpan at, string name, string hint) => ReportCount(at, name, 0, isFew: true, $"{hint} The function itself is @{text.Substring(at.Start, at.Length)}.");

    /// <summary>A function that is only mentioned is called without arguments.</summary>
    private void CheckBareMention(Expression mention, TemplateFunction function)
    {
        if (options.IsMail && function is BuiltinFunction { Required: > 0 } known && !ReferenceEquals(mention, _uncalled))
        {
            ReportBare(mention.Span, known.Name, Takes(known.Declared, isPiped: false));
        }
    }

    private void NoteMention(Expression.Name name, Expression.Call? call = null)
    {
        if (!options.IsMail || call is null && ReferenceEquals(name, _uncalled) || _bound.Contains(name.Identifier) || _loopLocals.ContainsKey(name.Identifier))
        {
            return;
        }

        _mentions.Add(new Mention(FrameOf(name.Identifier), name.Identifier, call?.Span ?? name.Span, call, _openObjects > 0, _openFunctions > 0));
    }

    private FrameLayout? FrameOf(string name) => name[0] == '$' ? _layout : null;

    private void NoteDeclaration(string name, FunctionDeclaration declaration) => _declarations[(FrameOf(name), name)] = declaration;

    private void NoteSetting(Expression target)
    {
        if (target is Expression.Name { Identifier: var name })
        {
            _settings[(FrameOf(name), name)] = _settings.GetValueOrDefault((FrameOf(name), name)) + 1;
            return;
        }

        var head = target;
        while (head is Expression.Member or Expression.Index)
        {
            head = head is Expression.Member member ? member.Target : ((Expression.Index)head).Target;
        }

        _setsUnnamed |= head is Expression.Name { Identifier: "this" };
        if (head is Expression.Name { Identifier: var changed })
        {
            _changed.Add(changed);
        }
    }

    /// <summary>Once all is known that the template sets.</summary>
    private void CheckMentions()
    {
        if (ReadsUnnamed || _setsUnnamed)
        {
            return;
        }

        // What a function mentions may be a member of an object that its caller stands in.
        var hasObjects = _mentions.Exists(mention => mention.IsInObject);
        foreach (var mention in _mentions.Where(mention => !mention.IsInObject && !(mention.IsInFunction && hasObjects) && !_everBound.Contains(mention.Name)))
        {
            if (_declarations.TryGetValue((mention.Frame, mention.Name), out var declared))
            {
                if (_settings.GetValueOrDefault((mention.Frame, mention.Name)) == 1 && !_names.Contains(mention.Name))
                {
                    CheckArguments(mention, declared);
                }
            }
            else if (!_assigned.Contains(mention.Name) && builtins.TryGet(mention.Name, out var value))
            {
                CheckBuiltin(mention, value);
            }
        }
    }

    /// <summary>One without a family, or a family that can be called itself.</summary>
    private void CheckBuiltin(Mention mention, TemplateValue value)
    {
        if (mention.Call is { } call)
        {
            if ((value.TryGetFunction(out var called) ? called : value.TryGetObject(out var family) ? family.Function : null) is BuiltinFunction function)
            {
                CheckArguments(call, function);
            }
        }
        else if (value.TryGetFunction(out var mentioned) && mentioned is BuiltinFunction { Required: > 0 } known)
        {
            ReportBare(mention.Span, known.Name, Takes(known.Declared, isPiped: false));
        }
    }

    /// <summary>As the call itself would match its arguments to the parameters.</summary>
    private void CheckArguments(Mention mention, FunctionDeclaration declared)
    {
        var arguments = mention.Call?.Arguments ?? [];
        if (declared.Parameters is not { } parameters || arguments.Any(IsSpread))
        {
            return;
        }

        var hasRest = parameters is [.., { IsRest: true }];
        var plain = parameters.Count - (hasRest ? 1 : 0);
        var isSet = new bool[plain];
        var hint = Takes(string.Join(", ", parameters.Select(p => $"{p.Name}{(p.IsRest ? "..." : p.Default is not null ? "?" : "")}")), mention.Call?.IsPiped == true);
        foreach (var argument in arguments)
        {
            var at = argument.Name is { } named ? parameters.Take(plain).ToList().FindIndex(p => p.Name == named) : -1;
            at = at < 0 ? Array.IndexOf(isSet, false) : at;
            if (at >= 0)
            {
                isSet[at] = true;
            }
            else if (!hasRest)
            {
                ReportCount(argument.Value.Span, mention.Name, arguments.Count, isFew: false, hint);
                return;
            }
        }

        if (Enumerable.Range(0, plain).Any(i => !isSet[i] && parameters[i].Default is null))
        {
            if (mention.Call is null)
            {
                ReportBare(mention.Span, mention.Name, hint);
            }
            else
            {
                ReportCount(Template.EndOf(text, mention.Span), mention.Name, arguments.Count, isFew: true, hint);
            }
        }
    }
}
