"""Prints which version of the function serve the template publishes, given its parameters as JSON.

The transform is AWS's own (aws-sam-translator, which cfn-lint brings along): the version's logical id and, with the
parameters' values filled in, its description. Either one being another is what makes CloudFormation publish a version.
"""

import json
import os
import sys

try:
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.yaml_helper import yaml_parse
except ImportError:
    print("aws-sam-translator is not installed (pip install cfn-lint)")
    sys.exit(77)

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
with open("infra/template.yaml", encoding="utf-8") as file:
    template = yaml_parse(file.read())
values = {name: str(p.get("Default", "")) for name, p in template["Parameters"].items()}
values |= json.loads(sys.argv[1])
for resource in template["Resources"].values():
    for local in ("CodeUri", "DefinitionUri"):
        if local in resource.get("Properties", {}):
            resource["Properties"][local] = {"Bucket": "packages", "Key": "package"}  # as sam deploy uploads it
resources = Translator({}, Parser(), boto_session=None).translate(template, values)["Resources"]
alias = next(r for r in resources.values() if r["Type"] == "AWS::Lambda::Alias")
version = alias["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
description = resources[version]["Properties"]["Description"]["Fn::Sub"]
for name, value in values.items():
    description = description.replace("${" + name + "}", value)
print(version, description)
