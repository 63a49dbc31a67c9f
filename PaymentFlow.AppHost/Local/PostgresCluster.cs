using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using PaymentFlow.AppHost.Development;

namespace PaymentFlow.AppHost;

/// <summary>A cluster on disk. A file beside it, which only its owner can read, contains the superuser's password.</summary>
sealed class PostgresCluster(string folder)
{
    readonly Lock _lock = new();
    string? _password;

    public string Folder => folder;

    /// <summary>The folder of the server's programs; set when the cluster is prepared.</summary>
    public string? Programs { get; private set; }

    public string Data => Path.Combine(folder, "postgres");

    string PasswordFile => Path.Combine(folder, "postgres.password");

    /// <summary>The stored password. Before the cluster exists, the password that it will be created with.</summary>
    /// <exception cref="PostgresSetupException">The cluster exists, but its password file is missing.</exception>
    public string Password
    {
        get
        {
            lock (_lock)
            {
                if (!Directory.Exists(Data)) return _password ??= RandomNumberGenerator.GetHexString(32, lowercase: true);
                return File.Exists(PasswordFile)
                    ? File.ReadAllText(PasswordFile)
                    : throw new PostgresSetupException(
                        $"The database's password file {PasswordFile} is missing. Restore it, or delete all data with `-- --fresh`.");
            }
        }
    }

    /// <summary>The password of a role, derived from the superuser's, so that every cluster has one for each role.</summary>
    public string PasswordOf(string role) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Password), Encoding.UTF8.GetBytes(role)));

    /// <summary>The major version that created the cluster; null before it exists.</summary>
    public string? MajorVersion => File.Exists(Path.Combine(Data, "PG_VERSION"))
        ? File.ReadAllText(Path.Combine(Data, "PG_VERSION")).Trim()
        : null;

    /// <summary>Finds or fetches the programs, and creates the cluster unless it exists. An existing cluster is never changed.</summary>
    /// <exception cref="PostgresSetupException">
    /// The programs are missing or have another major version than the cluster, or initdb failed.
    /// </exception>
    public async Task PrepareAsync(ILogger logger, CancellationToken cancellationToken)
    {
        var programs = PostgresPrograms.Find(MajorVersion) ?? await PostgresPrograms.FetchAsync(logger, cancellationToken);
        Programs = programs;
        if (MajorVersion is { } created)
        {
            var found = await PostgresPrograms.MajorVersionAsync(programs, cancellationToken);
            if (found != created)
            {
                throw new PostgresSetupException(
                    $"The cluster in {Data} was created by PostgreSQL {created}, but the programs in {programs} are PostgreSQL {found}. "
                    + $"Install PostgreSQL {created} (on Debian: apt-get install postgresql-{created}), "
                    + $"or delete all data with `-- --fresh`.");
            }
            _ = Password;
            return;
        }
        await CreateAsync(programs, logger, cancellationToken);
    }

    async Task CreateAsync(string programs, ILogger logger, CancellationToken cancellationToken)
    {
        logger.LogInformation("Creating the database cluster in {Folder} with {Programs}", Data, programs);
        var password = Password;
        // Rename the folder only when the cluster is complete: a folder with the final name holds orders and is never replaced.
        var unfinished = Data + ".new";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished);
        var forInitdb = Path.Combine(folder, "initdb.password");
        DataFolder.WriteSecret(forInitdb, password);
        if (PostgresPrograms.User is { } user) await RunAsync("chown", [user, unfinished, forInitdb], cancellationToken);
        try
        {
            var command = PostgresPrograms.CommandLine(programs, "initdb", "-D", unfinished, "-U", LocalPostgresResource.Superuser,
                "-A", "scram-sha-256", "--pwfile", forInitdb, "-E", "UTF8", "--locale", "C");
            await RunAsync(PostgresPrograms.Launcher, command, cancellationToken);
        }
        finally
        {
            File.Delete(forInitdb);
        }
        DataFolder.WriteSecret(PasswordFile, password);
        Directory.Move(unfinished, Data);
    }

    /// <summary>
    /// Deletes the cluster. The server must be stopped. The next cluster gets the same password, because the services already have it.
    /// </summary>
    public void Delete()
    {
        lock (_lock)
        {
            _password = Password;
            if (Directory.Exists(Data)) Directory.Delete(Data, recursive: true);
            File.Delete(PasswordFile);
        }
    }

    async Task RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        ProcessStartInfo command = new(program, arguments) { WorkingDirectory = folder, Environment = { ["LC_MESSAGES"] = "C" } };
        var (exitCode, _, error) = await command.RunToEndAsync(cancellationToken);
        if (exitCode != 0)
            throw new PostgresSetupException($"{program} {arguments.First()} failed: {error.ReplaceLineEndings(" ").Trim()}");
    }
}

/// <summary>Postgres cannot be started; the message names the cause and the remedy.</summary>
sealed class PostgresSetupException(string message) : DistributedApplicationException(message);
