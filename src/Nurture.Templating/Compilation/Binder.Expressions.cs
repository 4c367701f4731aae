using System.Globalization;
using System.Runtime.CompilerServices;
using Nurture.Templating.Builtins;
using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Compilation;

internal sealed partial class Binder
{
    /// <summary>An expression that only asks whether something is there: what is missing is null in every profile.</summary>
    private ExpressionNode BindTested(Expression expression) => BindExpression(expression, isTested: true);

    /// <param name="isTested">Missing names and members are null here: the author provides for it.</param>
    private ExpressionNode BindExpression(Expression expression, bool isTested = false)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var span = expression.Span;
        return expression switch
        {
            _ when IsFact(expression) => BindFact(expression),
            Expression.Literal literal => new ConstantNode(Numbers.FromBoxed(literal.Value), span),
            Expression.Name name => BindName(name, isTested),
            Expression.Member member => BindMember(member, isTested),
            Expression.Index index => BindIndex(index, isTested),
            Expression.Unary unary => BindUnary(unary, isTested),
            Expression.Binary binary => BindBinary(binary, isTested),
            Expression.Choice choice => new ChoiceNode(
                BindTested(choice.Condition), BindExpression(choice.WhenTrue, isTested), BindExpression(choice.WhenFalse, isTested), span),
            Expression.Call call => BindCall(call, block: null, isStatement: false),
            Expression.ArrayLiteral array => new ArrayNode([.. array.Items.Select(i => BindExpression(i))], span),
            Expression.ObjectLiteral literal => BindObject(literal),
            Expression.Interpolation interpolation => new InterpolationNode([.. interpolation.Parts.Select(p => BindExpression(p))], options.IsMail, span),
            Expression.Increment increment => new IncrementNode(BindTarget(increment.Target, isRead: true), increment.Step, increment.IsPrefix, span),
            Expression.Group group => new GroupNode(BindExpression(group.Inner, isTested), span),
            FunctionLiteral literal => new FunctionLiteralNode(BindFunctionBody(literal.Declaration, selfName: null), span),
            _ => throw new InvalidOperationException($"A {expression.GetType().Name} is not an expression that can be bound."),
        };
    }

    private PathRules NameRules(bool isTested) =>
        new(options.IsMail ? !isTested : options.HasStrictVariables, FailsOnNullTarget: true);

    private PathRules MemberRules(bool isTested) => options.IsMail
        ? new PathRules(!isTested, !isTested)
        : new PathRules(FailsOnMissing: false, FailsOnNullTarget: !options.ToleratesNullTargets);

    private ExpressionNode BindName(Expression.Name name, bool isTested)
    {
        var identifier = name.Identifier;
        switch (identifier)
        {
            case "this":
                ReadsUnnamed |= !_isHead;
                return new ThisNode(name.Span);
            case "$": return new ArgumentsNode(name.Span);
            case "$$": return new BlockNode(name.Span);
        }

        if (identifier[0] == '$')
        {
            if (int.TryParse(identifier.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var at))
            {
                return new ArgumentNode(at, name.Span);
            }

            var slot = _layout.SlotOf(identifier);
            NoteMention(name);
            return new LocalNode(identifier, _loopLocals.GetValueOrDefault(identifier, slot), slot, options.IsMail && !isTested ? _layout : null, name.Span);
        }

        var loop = _loops.LastIndexOf(identifier);
        if (loop >= 0)
        {
            return new LoopVariableNode(identifier, _loops.Count - 1 - loop, name.Span);
        }

        NoteName(identifier);
        NoteMention(name);
        NoteRawName(name);
        return new GlobalNode(identifier, NameRules(isTested), name.Span);
    }

    /// <summary>Notes a path that the template takes from its model: not a built-in, nor a variable of its own.</summary>
    private void NoteName(string path)
    {
        var dot = path.IndexOf('.');
        var root = dot < 0 ? path : path[..dot];
        // Code made of text, and texts from elsewhere, read what they like.
        ReadsUnnamed |= !_isHead && (root is "include" or "include_join" || path is "object" || path.StartsWith("object.eval", StringComparison.Ordinal));
        if (!_isHead && root[0] != '$' && !_assigned.Contains(root) && !_bound.Contains(root) && !builtins.Contains(root))
        {
            // A function may call one that is declared after it.
            _ = _openFunctions > 0 ? _namesInFunctions.Add(path) : _names.Add(path);
        }
    }

    /// <summary>The path as written, as far as its names are fixed; null when its head is not a name.</summary>
    private static string? PathOf(Expression expression) => expression switch
    {
        Expression.Name { Identifier: not "this" } name => name.Identifier,
        Expression.Name => "",
        Expression.Member { Identifier: not ("empty?" or "blank?") } member => Joined(PathOf(member.Target), member.Identifier),
        Expression.Index { At: Expression.Literal { Value: string and [not '.', ..] name } } index => Joined(PathOf(index.Target), name),
        _ => null,
    };

    private static string? Joined(string? head, string member) => head switch { null => null, "" => member, _ => $"{head}.{member}" };

    private static bool IsNullTolerant(Expression path) => path switch
    {
        Expression.Member member => member.IsNullTolerant || IsNullTolerant(member.Target),
        Expression.Index index => index.IsNullTolerant || IsNullTolerant(index.Target),
        _ => false,
    };

    private ExpressionNode BindMember(Expression.Member member, bool isTested)
    {
        if (member.Identifier is "empty?" or "blank?")
        {
            return new IsEmptyNode(BindTested(member.Target), member.Span);
        }

        if (member.Target is Expression.Name { Identifier: "for" or "while" or "tablerow" } loop)
        {
            var kind = loop.Identifier switch { "for" => LoopKind.For, "while" => LoopKind.While, _ => LoopKind.Table };
            return new LoopNode(kind, member.Identifier, $"{loop.Identifier}.{member.Identifier}", member.Span, NameSpan(member));
        }

        var isTolerant = IsNullTolerant(member);
        NoteRawMember(member);
        var target = BindHead(member, member.Target, isTested || isTolerant);
        var bound = new MemberNode(target, member.Identifier, Rules(isTested, isTolerant), member.Span, NameSpan(member));
        return member.Target is Expression.Name { Identifier: var head } && !_loops.Contains(head) ? BindBuiltin(head, member, bound) : bound;
    }

    private IndexNode BindIndex(Expression.Index index, bool isTested)
    {
        var isTolerant = IsNullTolerant(index);
        var target = BindHead(index, index.Target, isTested || isTolerant);
        var outer = _isHead;
        _isHead = false;
        var at = BindExpression(index.At);
        _isHead = outer;
        return new IndexNode(target, at, Rules(isTested, isTolerant), index.Span);
    }

    /// <summary>Binds what a step of a path is taken from; the whole path is noted, its beginnings are not.</summary>
    private ExpressionNode BindHead(Expression path, Expression target, bool isTested)
    {
        if (IsFact(target))
        {
            return BindFact(target);
        }

        var outer = _isHead;
        if (!_isHead && PathOf(path) is { } written)
        {
            NoteName(written);
            _isHead = true;
        }

        var bound = BindExpression(target, isTested);
        _isHead = outer;
        return bound;
    }

    private PathRules Rules(bool isTested, bool isTolerant) =>
        isTolerant ? new PathRules(false, false) : MemberRules(isTested);

    private SourceSpan NameSpan(Expression.Member member)
    {
        var length = member.Identifier.Length;
        var offset = member.Span.Length - length;

        // The name stands at the end of the path, which may be written over several lines.
        var before = text.AsSpan(member.Span.Start, offset);
        var lastLine = before.LastIndexOf('\n');
        return new SourceSpan(member.Span.End - length, length, member.Span.Line + before.Count('\n'), lastLine < 0 ? member.Span.Column + offset : offset - lastLine);
    }

    private ExpressionNode BindBuiltin(string head, Expression.Member member, ExpressionNode dynamic)
    {
        if (_isTarget || !builtins.TryGet(head, out var value) || !value.TryGetObject(out var group) || _assigned.Contains(head))
        {
            return dynamic;
        }

        if (group.TryGet(member.Identifier, out var function) && function.TryGetFunction(out var found))
        {
            CheckBareMention(member, found);
            return new BuiltinNode(head, found, dynamic, member.Span);
        }

        if (options.IsMail && !group.Contains(member.Identifier))
        {
            _diagnostics.Add(new TemplateDiagnostic(NameSpan(member), $"There is no function `{head}.{member.Identifier}`.",
                Suggestion.For(member.Identifier, group.Select(m => m.Key))));
        }

        return dynamic;
    }

    private ExpressionNode BindUnary(Expression.Unary unary, bool isTested) => unary.Operator switch
    {
        UnaryOperator.Not => new NotNode(BindTested(unary.Operand), unary.Span),
        UnaryOperator.Minus => new SignNode(true, BindExpression(unary.Operand, isTested), unary.Span),
        UnaryOperator.Plus => new SignNode(false, BindExpression(unary.Operand, isTested), unary.Span),
        UnaryOperator.FunctionReference => new FunctionReferenceNode(BindUncalled(unary.Operand, isTested), unary.Span),
        UnaryOperator.Spread => BindExpression(unary.Operand),
    };

    /// <summary>Operators that follow each other lean to the left; they are bound in a loop, since there may be hundreds.</summary>
    private ExpressionNode BindBinary(Expression.Binary binary, bool isTested)
    {
        var chain = new Stack<(Expression.Binary Binary, bool IsTested)>();
        Expression left = binary;
        while (left is Expression.Binary step && (ReferenceEquals(step, binary) || !IsFact(step)))
        {
            chain.Push((step, isTested));
            isTested = AsksForPresence(step);
            left = step.Left;
        }

        var bound = BindExpression(left, isTested);
        while (chain.TryPop(out var next))
        {
            bound = BindOperation(next.Binary, bound, next.IsTested);
        }

        return bound;
    }

    /// <summary>Whether the left side of an operator may be missing.</summary>
    private static bool AsksForPresence(Expression.Binary binary) => binary.Operator switch
    {
        BinaryOperator.And or BinaryOperator.Or or BinaryOperator.Coalesce or BinaryOperator.CoalesceNotNull => true,
        BinaryOperator.Equal or BinaryOperator.NotEqual => IsNothing(binary.Left) || IsNothing(binary.Right),
        _ => false,
    };

    private ExpressionNode BindOperation(Expression.Binary binary, ExpressionNode left, bool isTested)
    {
        var span = binary.Span;
        NoteComparison(binary.Operator, binary.Left, binary.Right, span);
        return binary.Operator switch
        {
            BinaryOperator.And => new AndNode(left, BindSecond(binary, isReached: Truth(binary.Left) != false), span),
            BinaryOperator.Or => new OrNode(left, BindSecond(binary, isReached: Truth(binary.Left) != true), span),
            BinaryOperator.Coalesce => new CoalesceNode(true, left, BindExpression(binary.Right, isTested), span),
            BinaryOperator.CoalesceNotNull => new CoalesceNode(false, left, BindExpression(binary.Right, isTested), span),
            _ => new BinaryNode(binary.Operator, left, BindExpression(binary.Right, AsksForPresence(binary)), span, binary.OperatorSpan),
        };
    }

    /// <param name="isReached">What can never run is not judged.</param>
    private ExpressionNode BindSecond(Expression.Binary binary, bool isReached)
    {
        var (diagnostics, mentions) = (_diagnostics.Count, _mentions.Count);
        var bound = BindTested(binary.Right);
        if (!isReached && options.IsMail)
        {
            _diagnostics.RemoveRange(diagnostics, _diagnostics.Count - diagnostics);
            _mentions.RemoveRange(mentions, _mentions.Count - mentions);
        }

        return bound;
    }

    /// <summary>Null where it is known only when it runs.</summary>
    private static bool? Truth(Expression expression) => expression switch
    {
        Expression.Literal literal => literal.Value is not (null or false),
        Expression.ArrayLiteral or Expression.ObjectLiteral => true,
        Expression.Group group => Truth(group.Inner),
        _ => null,
    };

    private static bool IsNothing(Expression expression) =>
        expression is Expression.Literal { Value: null } or Expression.Name { Identifier: "empty" or "blank" };

    private ObjectNode BindObject(Expression.ObjectLiteral literal)
    {
        var outer = _loops;
        _loops = [];
        _openObjects++;
        var members = literal.Members.Select(m => KeyValuePair.Create(m.Key, BindExpression(m.Value))).ToArray();
        _openObjects--;
        _loops = outer;
        return new ObjectNode(members, literal.Span);
    }
}
