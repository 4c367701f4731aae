using Microsoft.EntityFrameworkCore;

namespace Nurture.Storage;

/// <summary>Migrations, and what pages read; never on a path that events or mails take.</summary>
internal sealed class NurtureContext(DbContextOptions<NurtureContext> options) : DbContext(options);
