using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Operations;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Hub.Audit;

/// <summary>Registers the feature.</summary>
public static class AuditFeature
{
    /// <summary>Who did what, when, from where, with which result.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services)
    {
        services.AddSettings<AuditOptions>(AuditOptions.Section);
        return services.AddSingleton<AuditLog>().AddSingleton<IOperationSource, AuditOperations>();
    }
}
