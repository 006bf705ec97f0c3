// The words of what is on every page, in one file.
import nav from '../../../messages/fa/nav.ftl?raw';
import problems from '../../../messages/fa/problems.ftl?raw';
import shell from '../../../messages/fa/shell.ftl?raw';
import signIn from '../../../messages/fa/sign-in.ftl?raw';

export default [nav, problems, shell, signIn].join('\n');
