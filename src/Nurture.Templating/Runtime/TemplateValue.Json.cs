using System.Text.Json;

namespace Nurture.Templating;

public readonly partial struct TemplateValue
{
    /// <summary>Text stays text, also where it looks like a date; whole numbers become integers, others doubles.</summary>
    public static TemplateValue FromJson(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.True: return true;
            case JsonValueKind.False: return false;
            case JsonValueKind.String: return json.GetString();
            case JsonValueKind.Number:
                return json.TryGetInt64(out var whole) ? From(whole) : From(json.GetDouble());
            case JsonValueKind.Array:
                var list = new TemplateList(json.GetArrayLength());
                foreach (var item in json.EnumerateArray())
                {
                    list.Add(FromJson(item));
                }

                return list;
            case JsonValueKind.Object:
                var made = new TemplateObject();
                foreach (var member in json.EnumerateObject())
                {
                    made[member.Name] = FromJson(member.Value);
                }

                return made;
            default: return Null;
        }
    }
}
