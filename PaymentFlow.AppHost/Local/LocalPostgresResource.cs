namespace PaymentFlow.AppHost;

/// <summary>
/// A PostgreSQL server that runs as a local process. It has its own cluster, listens only on loopback, uses SCRAM passwords and never
/// runs as root.
/// </summary>
public sealed class LocalPostgresResource : ExecutableResource, IResourceWithConnectionString
{
    internal const string Superuser = "postgres";
    internal const string EndpointName = "tcp";

    readonly ParameterResource _password;

    public LocalPostgresResource(string name) : base(name, PostgresPrograms.Launcher, ".") =>
        _password = new ParameterResource($"{name}-password", _ => Cluster.Password, secret: true);

    /// <summary>The folder that contains the cluster and the file with its password.</summary>
    public string DataFolder { get; internal set; } = Path.Combine(Path.GetTempPath(), "paymentflow-postgres");

    internal PostgresCluster Cluster => field is { } cluster && cluster.Folder == DataFolder ? cluster : field = new(DataFolder);

    /// <summary>The server's connection string for Npgsql, without a database.</summary>
    public ReferenceExpression ConnectionStringExpression
    {
        get
        {
            EndpointReference endpoint = new(this, EndpointName);
            return ReferenceExpression.Create($"Host={endpoint.Property(EndpointProperty.IPV4Host)};" +
                $"Port={endpoint.Property(EndpointProperty.Port)};Username={Superuser};Password={_password}");
        }
    }
}

/// <summary>A database on a <see cref="LocalPostgresResource"/>, created when the server is ready.</summary>
public sealed class LocalPostgresDatabaseResource(string name, LocalPostgresResource parent)
    : Resource(name), IResourceWithParent<LocalPostgresResource>, IResourceWithConnectionString
{
    public LocalPostgresResource Parent => parent;

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{parent};Database={Name}");
}
