using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Operations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Access;

/// <summary>Registers the feature.</summary>
public static class AccessFeature
{
    /// <summary>Who may ask the hub over TCP: tokens, their roles and limits.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddSettings<AccessOptions>(AccessOptions.Section);
        return services.AddSingleton<IValidateOptions<AccessOptions>, Validation>()
            .AddSingleton<TokenStore>().AddSingleton<AccessGate>().AddSingleton<IOperationSource, TokenOperations>();
    }

    private sealed class Validation : IValidateOptions<AccessOptions>
    {
        public ValidateOptionsResult Validate(string? name, AccessOptions options) =>
            options.Problem() is { Length: > 0 } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
    }
}
