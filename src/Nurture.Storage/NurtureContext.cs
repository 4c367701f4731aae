using Microsoft.EntityFrameworkCore;

namespace Nurture.Storage;

/// <summary>The migrations of all tables.</summary>
internal sealed class NurtureContext(DbContextOptions<NurtureContext> options) : DbContext(options);
