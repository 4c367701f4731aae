using System.Collections;
using System.Reflection;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Tests.Engine.Generated;

/// <summary>Values of any type, drawn by a seed: what a new field of a signal or a state may hold is drawn without a word here.</summary>
internal sealed class Invented(Random random)
{
    private static readonly string[] Texts = ["", "a", "プラン", "two words", "line\nbreak \"quoted\"", "🙂", new string('x', 300)];

    private readonly NullabilityInfoContext nullability = new();

    public T Of<T>() => (T)Of(typeof(T))!;

    public object? Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value) return random.Next(2) == 0 ? null : Of(value);
        if (type.IsEnum) return Enum.GetValues(type).GetValue(random.Next(Enum.GetValues(type).Length));
        if (type == typeof(bool)) return random.Next(2) == 0;
        if (type == typeof(byte)) return (byte)random.Next(256);
        if (type == typeof(short)) return (short)random.Next(4096);
        if (type == typeof(int)) return random.Next(3) == 0 ? random.Next() : random.Next(9);
        if (type == typeof(long)) return random.Next(3) == 0 ? random.NextInt64(long.MaxValue - 1) + 1 : random.Next(1, 99);
        if (type == typeof(double)) return random.Next(3) switch { 0 => random.Next(100), 1 => -random.NextDouble(), _ => random.NextDouble() * 1e12 };
        // Of no more decimals than it needs, as numbers are kept.
        if (type == typeof(decimal)) return random.Next(-1_000_000, 1_000_000) / 4m;
        if (type == typeof(string)) return Texts[random.Next(Texts.Length)];
        if (type == typeof(Guid)) return new Guid([.. Bytes(16)]);
        if (type == typeof(TimeSpan)) return TimeSpan.FromMilliseconds(random.NextInt64(1, 90L * 86_400_000));
        if (type == typeof(DateOnly)) return new DateOnly(2020, 1, 1).AddDays(random.Next(9000));
        // To the millisecond, which is what is kept.
        if (type == typeof(DateTimeOffset)) return DateTimeOffset.UnixEpoch.AddMilliseconds(random.NextInt64(1, 4_000_000_000_000));
        if (type == typeof(ReadOnlyMemory<byte>)) return new ReadOnlyMemory<byte>(Json());
        if (type == typeof(byte[])) return Bytes(random.Next(20));
        if (type == typeof(AttributeValue)) return Attribute();
        if (type == typeof(SubjectRef)) return random.Next(2) == 0 ? SubjectRef.Contact(random.Next(1, 99)) : SubjectRef.Account(random.Next(1, 99));
        if (type == typeof(StampedValue)) return new StampedValue(Attribute(), Of<DateTimeOffset>());
        if (type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type)) return Collection(type);
        return Object(type);
    }

    // Where there may be nothing, nothing is null and not an empty word.
    private object? OrNull(Type type) => random.Next(2) == 0 ? null : Of(type) is var drawn and not "" ? drawn : null;

    private object Object(Type type)
    {
        var constructor = type.GetConstructors().OrderByDescending(one => one.GetParameters().Length).First();
        var made = constructor.GetParameters() is { Length: > 0 } parameters
            ? constructor.Invoke([.. parameters.Select(parameter => nullability.Create(parameter).ReadState == NullabilityState.Nullable ? OrNull(parameter.ParameterType) : Of(parameter.ParameterType))])
            : Activator.CreateInstance(type)!;
        Fill(made, constructor.GetParameters().Select(parameter => parameter.Name!).ToHashSet());
        return made;
    }

    /// <summary>All that can be set, and all lists and tables that can be filled.</summary>
    private void Fill(object made, IReadOnlySet<string> given)
    {
        foreach (var property in made.GetType().GetProperties().Where(property => property.GetIndexParameters().Length == 0 && !given.Contains(property.Name) && property.Name is not ("Unknown" or "DueAt" or "IsSuppressed")))
        {
            if (property.SetMethod is { IsPublic: true }) property.SetValue(made, nullability.Create(property).ReadState == NullabilityState.Nullable ? OrNull(property.PropertyType) : Of(property.PropertyType));
            else if (property.PropertyType.IsGenericType && property.GetValue(made) is IEnumerable held and not string && property.PropertyType.GetMethod("Clear") is not null) FillCollection(held, property.PropertyType);
        }
    }

    private object Collection(Type type)
    {
        var arguments = type.GetGenericArguments();
        var concrete = arguments.Length == 2 ? typeof(Dictionary<,>).MakeGenericType(arguments) : typeof(List<>).MakeGenericType(arguments);
        var made = (IEnumerable)Activator.CreateInstance(type.IsInterface ? concrete : type)!;
        FillCollection(made, made.GetType());
        return made;
    }

    private void FillCollection(IEnumerable held, Type type)
    {
        var arguments = type.GetGenericArguments();
        for (var n = random.Next(4); n > 0; n--)
        {
            // Nobody lists, or is known by, no word at all.
            var first = Of(arguments[0]) is var drawn and not "" ? drawn : "none";
            if (held is IDictionary table)
            {
                if (!table.Contains(first!)) table.Add(first!, Of(arguments[1]));
            }
            else type.GetMethod("Add", [arguments[0]])!.Invoke(held, [first]);
        }
    }

    private AttributeValue Attribute() => random.Next(6) switch
    {
        0 => AttributeValue.Null,
        1 => AttributeValue.From(random.Next(2) == 0),
        2 => AttributeValue.From(Of<double>()),
        3 => AttributeValue.From(Of<DateTimeOffset>()),
        4 => AttributeValue.From(Of<DateOnly>()),
        _ => AttributeValue.From(Of<string>()),
    };

    private byte[] Json() => random.Next(3) == 0 ? [] : System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["plan"] = Of<string>(), ["total"] = random.Next(99) });

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
