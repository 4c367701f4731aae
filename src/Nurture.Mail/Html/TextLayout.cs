using System.Text;

namespace Nurture.Mail.Html;

/// <summary>Text put on lines the way a browser would: white space collapsed, at most one empty line, indents and list marks.</summary>
internal sealed class TextLayout
{
    private readonly StringBuilder text = new();
    private readonly List<Indent> indents = [];
    private int breaks;
    private int firstBreaks;
    private bool hasSpace;
    private bool isSpaceFromLineEnd;
    private bool isLineOpen;
    private bool isBehindAddress;

    /// <summary>How much is written, in characters.</summary>
    public int Length => text.Length;

    public bool IsEmpty => text.Length == 0;

    public void Text(ReadOnlySpan<char> run)
    {
        foreach (var c in run)
        {
            if (IsInvisible(c))
                continue;
            if (IsCollapsible(c))
            {
                hasSpace = true;
                isSpaceFromLineEnd |= c == '\n';
                continue;
            }
            Write(c);
        }
    }

    /// <summary>A link's words and where it leads. What follows without a space in between would be taken for a part of the address.</summary>
    public void Link(string words, string address)
    {
        Text($"{words} ({address})");
        isBehindAddress = true;
    }

    /// <summary>As it is, line ends included.</summary>
    public void Preformatted(string run)
    {
        foreach (var c in run.ReplaceLineEndings("\n"))
        {
            if (c == '\n')
                LineBreak();
            else
                Write(c);
        }
    }

    /// <summary>What was laid out aside, with the line ends that belong before and behind it.</summary>
    public void Append(TextLayout aside)
    {
        Break(aside.text.Length == 0 ? aside.breaks : aside.firstBreaks);
        if (aside.text.Length == 0) return;
        Preformatted(aside.ToString());
        if (!aside.isLineOpen) Break(aside.breaks);
    }

    /// <summary>One more line end, as &lt;br&gt; has it.</summary>
    public void LineBreak()
    {
        breaks = isLineOpen ? 1 : breaks + 1;
        EndLine();
    }

    /// <summary>The next text begins a line (1), or a line after an empty one (2).</summary>
    public void Break(int lines)
    {
        breaks = Math.Max(breaks, lines);
        EndLine();
    }

    /// <param name="first">Before the first line, for example a list mark.</param>
    /// <param name="rest">Before each further one.</param>
    public void Push(string first, string rest) => indents.Add(new Indent(first, rest));

    public void Pop() => indents.RemoveAt(indents.Count - 1);

    public override string ToString() => text.ToString();

    private void EndLine() => (isLineOpen, hasSpace, isSpaceFromLineEnd) = (false, false, false);

    private void Write(char c)
    {
        if (!isLineOpen)
            OpenLine();
        else if (hasSpace && !(isSpaceFromLineEnd && IsUnspaced(text[^1]) && IsUnspaced(c)))
            text.Append(' ');
        else if (isBehindAddress && IsUnspaced(c) && char.IsLetterOrDigit(c))
            text.Append(' ');
        (hasSpace, isSpaceFromLineEnd, isBehindAddress) = (false, false, false);
        text.Append(c);
    }

    private void OpenLine()
    {
        if (text.Length > 0)
            text.Append('\n', Math.Clamp(breaks, 1, 2));
        else
            firstBreaks = breaks;
        foreach (var indent in indents)
            text.Append(indent.Take());
        (breaks, isLineOpen) = (0, true);
    }

    /// <summary>Soft hyphen, zero-width space, byte order mark, and the joiner that pads preheaders; joiners that shape letters stay.</summary>
    private static bool IsInvisible(char c) => c is '\u00ad' or '\u200b' or '\ufeff' or '\u034f';

    /// <summary>The ideographic space is layout that the author typed.</summary>
    private static bool IsCollapsible(char c) => char.IsWhiteSpace(c) && c != '\u3000';

    /// <summary>Scripts without spaces between words: a line end in the source there is no space (CSS Text 3 §4.1.3).</summary>
    private static bool IsUnspaced(char c) => c is >= '\u2e80' and <= '\u9fff' or >= '\uf900' and <= '\ufaff' or >= '\uff00' and <= '\uffef';

    private sealed class Indent(string first, string rest)
    {
        private bool isUsed;

        public string Take()
        {
            var now = isUsed ? rest : first;
            isUsed = true;
            return now;
        }
    }
}
