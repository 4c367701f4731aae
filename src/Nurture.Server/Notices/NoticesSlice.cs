using Nurture.Storage;

namespace Nurture.Server.Notices;

/// <summary>Mail to colleagues: who gets it, what it says and where it leads. It leaves as all mail does.</summary>
public static class NoticesSlice
{
    public static void AddNotices(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<NoticeStore>();
        builder.Services.AddSingleton<ColleagueList>();
        builder.Services.AddSingleton<NoticeLinks>();
        builder.Services.AddSingleton<Invitations>();
    }
}
