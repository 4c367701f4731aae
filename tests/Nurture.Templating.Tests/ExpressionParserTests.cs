using Nurture.Templating.Syntax;

namespace Nurture.Templating.Tests;

public sealed class ExpressionParserTests
{
    [Theory]
    [InlineData("1 + 2 * 3", "(1 + (2 * 3))")]
    [InlineData("1 - 2 - 3", "((1 - 2) - 3)")]
    [InlineData("1..2+1", "((1 .. 2) + 1)")]
    [InlineData("!a && b || c", "((!a && b) || c)")]
    [InlineData("a.b?.c[0]", "a.b?.c[0]")]
    [InlineData("a ?? b == 1", "(a ?? (b == 1))")]
    [InlineData("f 1 + 2 3", "f((1 + 2), 3)")]
    [InlineData("5 + math.abs (-2)", "(5 + math.abs(group(-2)))")]
    [InlineData("f -1", "(f - 1)")]
    [InlineData("count(\"login\", \"14d\") >= 3", "(count('login', '14d') >= 3)")]
    [InlineData("a | f 1 | g", "g|(f|(a, 1))")]
    [InlineData("a | f ? x : y", "(f|(a) ? x : y)")]
    [InlineData("c ? a : b | f", "(c ? a : f|(b))")]
    [InlineData("x | f + y", "(f|(x) + y)")]
    [InlineData("3 | math.plus 1 == 4", "math.plus|(3, (1 == 4))")]
    [InlineData("f x name: 1", "f(x, name: 1)")]
    [InlineData("c ? f x : y", "(c ? f(x) : y)")]
    [InlineData("x [1]", "x([1])")]
    [InlineData("[1,\n 2,]", "[1, 2]")]
    [InlineData("a |\n b", "b|(a)")]
    [InlineData("{a: 1, \"b c\": x}", "{a: 1, b c: x}")]
    [InlineData("$\"a{1 + 1}b\"", "$('a', (1 + 1), 'b')")]
    [InlineData("array.any @string.contains '20'", "array.any(@string.contains, '20')")]
    [InlineData("\n  account.tier == \"tech\"\n", "(account.tier == 'tech')")]
    public void An_expression_has_the_published_precedence(string text, string shape)
    {
        var parsed = ExpressionParser.Parse(text);

        Assert.Empty(parsed.Diagnostics);
        Assert.Equal(shape, ExpressionShape.Of(parsed.Root!));
    }

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("a +", 1, 4)]
    [InlineData("a\n&& b", 2, 1)]
    [InlineData("(a", 1, 3)]
    [InlineData("a.", 1, 3)]
    [InlineData("a = 1", 1, 1)]
    [InlineData("a }}", 1, 3)]
    [InlineData("f(1,\n2)", 1, 5)]
    [InlineData("\"abc", 1, 4)]
    [InlineData("\"a\\qb\"", 1, 3)]
    [InlineData("x == ^", 1, 7)]
    [InlineData("for.bad", 1, 1)]
    public void A_mistake_is_placed_at_its_line_and_column(string text, int line, int column)
    {
        var parsed = ExpressionParser.Parse(text);

        Assert.Null(parsed.Root);
        Assert.Contains(parsed.Diagnostics, d => (d.Span.Line, d.Span.Column) == (line, column));
    }

    [Fact]
    public void Every_part_knows_where_it_stands()
    {
        var parsed = ExpressionParser.Parse("[1,\n contact.age >= 18]");

        var items = Assert.IsType<Expression.ArrayLiteral>(parsed.Root);
        var comparison = Assert.IsType<Expression.Binary>(items.Items[1]);
        Assert.Equal(new SourceSpan(5, 17, 2, 2), comparison.Span);
        Assert.Equal(new SourceSpan(5, 11, 2, 2), comparison.Left.Span);
        Assert.Equal(new SourceSpan(20, 2, 2, 17), comparison.Right.Span);
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("0xFFFFFFFF", -1)]
    [InlineData("0xFFFFFFFFu", 4294967295L)]
    [InlineData("0b_1_1111", 31)]
    [InlineData("1_000", 1000)]
    [InlineData("1e3", 1000)]
    [InlineData("100000000000", 100000000000L)]
    [InlineData("2.5", 2.5)]
    [InlineData("1f", 1f)]
    [InlineData("'a\\u00B1\\x41\\n'", "a±A\n")]
    [InlineData("`a``b`", "a`b")]
    public void A_literal_has_its_value(string text, object value) =>
        Assert.Equal(value, Assert.IsType<Expression.Literal>(ExpressionParser.Parse(text).Root).Value);

    [Theory]
    [InlineData("(", 5000)]
    [InlineData("!", 5000)]
    [InlineData("[", 5000)]
    [InlineData("a ? ", 5000)]
    [InlineData("1 + ", 5000)]
    [InlineData("a.", 5000)]
    [InlineData("a | ", 5000)]
    [InlineData("$\"{", 5000)]
    public void Hostile_nesting_ends_in_a_diagnostic(string part, int times) =>
        Assert.NotEmpty(ExpressionParser.Parse(string.Concat(Enumerable.Repeat(part, times)) + "1").Diagnostics);
}
