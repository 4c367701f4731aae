using System.Collections.Concurrent;
using System.Text;

namespace Nurture.Templating
{
    /// <summary>What a <see cref="TemplateValue"/> refers to when it is not a string.</summary>
    public abstract class ReferenceValue
    {
        private protected ReferenceValue(TemplateValueKind kind) => Kind = kind;

        internal TemplateValueKind Kind { get; }
    }
}

namespace Nurture.Templating.Runtime
{
    /// <summary>Says how the bits of a value are meant.</summary>
    internal sealed class Tag(TemplateValueKind kind) : ReferenceValue(kind)
    {
        public static readonly Tag Boolean = new(TemplateValueKind.Boolean);
        public static readonly Tag Int = new(TemplateValueKind.Int);
        public static readonly Tag Long = new(TemplateValueKind.Long);
        public static readonly Tag Float = new(TemplateValueKind.Float);
        public static readonly Tag Double = new(TemplateValueKind.Double);
        public static readonly Tag Duration = new(TemplateValueKind.Duration);
    }

    /// <summary>Carries the offset of a date, whose bits are its local ticks. Offsets are whole minutes within 14 hours.</summary>
    internal sealed class DateTag : ReferenceValue
    {
        private static readonly ConcurrentDictionary<TimeSpan, DateTag> Known = new();

        private DateTag(TimeSpan offset)
            : base(TemplateValueKind.Date) => Offset = offset;

        public TimeSpan Offset { get; }

        public static DateTag Of(TimeSpan offset) => Known.GetOrAdd(offset, static o => new DateTag(o));
    }

    internal sealed class Boxed<T>(TemplateValueKind kind, T value) : ReferenceValue(kind)
    {
        public T Value { get; } = value;
    }

    /// <summary>
    /// A text that is not a plain string: the output of a capture or an include, kept as the bytes it will be printed as, or a
    /// character of a text. As markup it is not escaped again.
    /// </summary>
    internal sealed class CapturedText : ReferenceValue
    {
        private string? _text;
        private byte[]? _utf8;

        public CapturedText(string text, bool isMarkup)
            : base(TemplateValueKind.Text)
        {
            _text = text;
            IsMarkup = isMarkup;
        }

        public CapturedText(byte[] utf8, bool isMarkup)
            : base(TemplateValueKind.Text)
        {
            _utf8 = utf8;
            IsMarkup = isMarkup;
        }

        public bool IsMarkup { get; }

        public bool IsCharacter { get; private init; }

        public static CapturedText Of(char character) => new(character.ToString(), isMarkup: false) { IsCharacter = true };

        public string Text => _text ??= Encoding.UTF8.GetString(_utf8!);

        public ReadOnlySpan<byte> Utf8 => _utf8 ??= Encoding.UTF8.GetBytes(_text!);
    }
}
