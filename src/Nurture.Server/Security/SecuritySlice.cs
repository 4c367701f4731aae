using Nurture.Storage;

namespace Nurture.Server.Security;

public static class SecuritySlice
{
    public static void AddSecurity(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ApiKeyStore>();
        builder.Services.AddSingleton<ApiKeys>();
        builder.Services.AddSingleton<SameOrigin>();
    }
}
