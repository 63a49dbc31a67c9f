namespace PaymentFlow.AppHost.Embedded.Postgres;

/// <summary>Finds Postgres' own programs where the systems' packages put them.</summary>
static class PostgresPrograms
{
    const string Missing = """
        Postgres' programs (initdb, postgres) were not found. Install them, no server needs to be set up:
          Debian/Ubuntu  sudo apt-get install postgresql
          macOS          brew install postgresql@17
          Windows        winget install PostgreSQL.PostgreSQL.17
        or use a server that you have: ConnectionStrings__postgres="Host=…;Username=…;Password=…"
        """;

    /// <returns>The folder that holds them, the newest version first.</returns>
    /// <exception cref="EmbeddedException">They are not installed.</exception>
    public static string Find(string? path, IEnumerable<string> packageFolders) =>
        (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(packageFolders)
            .FirstOrDefault(Holds) ?? throw new EmbeddedException(Missing);

    public static string Find() => Find(Environment.GetEnvironmentVariable("PATH"), PackageFolders());

    static bool Holds(string folder) => ((string[])["initdb", "postgres"]).All(program =>
        File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")));

    static IEnumerable<string> PackageFolders() =>
        Versions("/usr/lib/postgresql", "bin")
            .Concat(Versions("/opt/homebrew/opt", "bin", "postgresql*"))
            .Concat(Versions("/usr/local/opt", "bin", "postgresql*"))
            .Concat(Versions(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "bin"));

    // Two digits before one, 18 before 9: the newest first.
    static IEnumerable<string> Versions(string parent, string bin, string pattern = "*") =>
        !Directory.Exists(parent)
            ? []
            : Directory.EnumerateDirectories(parent, pattern)
                .OrderByDescending(folder => double.TryParse(
                    Path.GetFileName(folder).Split('@')[^1], System.Globalization.CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(folder => Path.Combine(folder, bin));
}
