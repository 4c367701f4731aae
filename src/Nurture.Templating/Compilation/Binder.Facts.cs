using System.Runtime.CompilerServices;
using Nurture.Templating.Builtins;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Compilation;

/// <summary>
/// What is answered before the template runs: the largest parts that can be, so that a comparison with something unknown is
/// answered as conditions answer it.
/// </summary>
internal sealed partial class Binder
{
    private readonly List<TemplateFact> _facts = [];

    public IReadOnlyList<TemplateFact> Facts => _facts;

    private FactNode BindFact(Expression expression)
    {
        var path = expression is Expression.Member or Expression.Name ? PathOf(expression) : null;
        var written = path ?? text.Substring(expression.Span.Start, expression.Span.Length);
        _facts.Add(new TemplateFact(written, expression.Span));
        return new FactNode(written, expression.Span);
    }

    /// <summary>Whether it asks for a fact, and for nothing that only the template knows.</summary>
    private bool IsFact(Expression expression)
    {
        if (options.Facts is null || _isHead)
        {
            return false;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        return expression switch
        {
            Expression.Call or Expression.Name or Expression.Member => AsksFact(expression) && IsAskable(expression),
            Expression.Unary { Operator: UnaryOperator.Not } not => IsFact(Bare(not.Operand)),
            Expression.Binary { Operator: BinaryOperator.And or BinaryOperator.Or } junction => IsFact(Bare(junction.Right)) && IsFact(Bare(junction.Left)),
            Expression.Binary { Operator: >= BinaryOperator.Less and <= BinaryOperator.NotEqual } relation =>
                (AsksFact(Bare(relation.Left)) || AsksFact(Bare(relation.Right))) && IsAskable(relation.Left) && IsAskable(relation.Right),
            _ => false,
        };
    }

    private bool AsksFact(Expression expression) => expression switch
    {
        Expression.Call call => FactFunction(call) is not null,
        Expression.Name or Expression.Member => PathOf(expression) is { } path && options.Facts!.Paths.Contains(path) && IsOfModel(path),
        _ => false,
    };

    /// <summary>The name of the function that is asked of the facts; null for a call of anything else.</summary>
    private string? FactFunction(Expression.Call call)
    {
        var facts = options.Facts!;
        return call.Function switch
        {
            Expression.Name { Identifier: var name } when facts.Functions.Contains(name) && IsOfModel(name) => name,
            Expression.Member { Target: Expression.Name { Identifier: var whom }, Identifier: var name } when facts.Receivers.Contains(whom) && facts.Functions.Contains(name) && IsOfModel(whom) => name,
            _ => null,
        };
    }

    // What the template sets, loops over or declares is its own.
    private bool IsOfModel(string path) => path.Split('.', 2)[0] is var head && !_assigned.Contains(head) && !_bound.Contains(head);

    private bool IsAskable(Expression expression) => FirstUnaskable(expression) is null;

    /// <summary>What is known only when the template runs; null where all is known before.</summary>
    private Expression? FirstUnaskable(Expression expression)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (Bare(expression))
        {
            case Expression.Literal { Value: not null }:
                return null;
            case Expression.Name or Expression.Member:
                return PathOf(Bare(expression)) is { Length: > 0 } path && _openObjects == 0 && IsOfModel(path) && (options.Facts!.Paths.Contains(path) || options.Facts.Heads.Contains(path.Split('.', 2)[0]) && path.Contains('.')) ? null : expression;
            case Expression.Unary { Operator: UnaryOperator.Not or UnaryOperator.Minus } unary:
                return FirstUnaskable(unary.Operand);
            case Expression.Binary { Operator: BinaryOperator.And or BinaryOperator.Or or (>= BinaryOperator.Less and <= BinaryOperator.NotEqual) or BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply or BinaryOperator.Divide } binary:
                return FirstUnaskable(binary.Left) ?? FirstUnaskable(binary.Right);
            case Expression.ArrayLiteral array:
                return array.Items.Select(FirstUnaskable).FirstOrDefault(found => found is not null);
            case Expression.Call call when !call.IsPiped && FactFunction(call) is not null:
                return call.Arguments.Select(argument => FirstUnaskable(argument.Value)).FirstOrDefault(found => found is not null);
            default:
                return expression;
        }
    }

    /// <summary>A call that looks as if facts answered it, and which they cannot.</summary>
    private void CheckUnaskable(Expression.Call call)
    {
        if (options.Facts is null || FactFunction(call) is not { } name)
        {
            return;
        }

        if (builtins.Contains(name) && call.Function is Expression.Name)
        {
            // It counts days from the one that the mail's maker says.
            if (name is FactFunctions.DaysSinceName or FactFunctions.DaysUntilName)
            {
                _facts.Add(new TemplateFact(FactLanguage.Today, call.Span));
            }

            return;
        }

        if (call.IsPiped)
        {
            _diagnostics.Add(new TemplateDiagnostic(call.Span, $"`{name}` is answered before the mail is made, and nothing can be piped into it.", $"Write its arguments in brackets: {name}(…)."));
            return;
        }

        if (call.Arguments.Select(argument => FirstUnaskable(argument.Value)).FirstOrDefault(found => found is not null) is { } unknown)
        {
            _diagnostics.Add(new TemplateDiagnostic(unknown.Span, $"`{name}` is answered before the mail is made, and `{text.Substring(unknown.Span.Start, unknown.Span.Length)}` is known only while it is.",
                "Write it out: a text, a number, or a path of the contact, the account or the event, such as contact.plan."));
        }
    }

    private static Expression Bare(Expression expression)
    {
        while (expression is Expression.Group group)
        {
            expression = group.Inner;
        }

        return expression;
    }
}
